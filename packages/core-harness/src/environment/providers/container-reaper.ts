import { messageOf } from '../errors.ts'
import { OWNER_LABEL } from './container-label.ts'
import { askEngine } from './docker-engine.ts'

const ANSWER_WITHIN_MS = 8_000
const LOOK_EVERY_MS = 250
/** A creation that was under way when the owner was killed may come this much later. */
const QUIET_MS = 1_500

/**
 * Ends a container, if it still runs, and removes it with its volumes.
 *
 * @throws Error when it is still there after `withinMs`
 */
export async function removeContainer(id: string, withinMs: number): Promise<void> {
  const { status, body } = await askEngine('DELETE', `/containers/${id}?force=true&v=true`, withinMs)
  if (status === 409) {
    // Somebody else, or the daemon itself, is removing it.
    await askEngine('POST', `/containers/${id}/wait?condition=removed`, withinMs)
    return
  }
  if (status >= 300 && status !== 404)
    throw new Error(`the Docker daemon removes no container ${id}: ${status} ${body}`)
}

/**
 * Removes all containers of an owner that is gone, with their volumes, until none has come for a while.
 *
 * @param deadline on the clock of `performance.now()`, in milliseconds
 * @throws Error when the daemon cannot be asked, or containers are left at the deadline
 */
export async function removeContainers(owner: string, deadline: number): Promise<void> {
  for (let quietSince = performance.now(); performance.now() - quietSince < QUIET_MS;) {
    const found = await containersOf(owner)
    const removed = await Promise.allSettled(found.map((id) => removeContainer(id, ANSWER_WITHIN_MS)))
    if (found.length > 0) quietSince = performance.now()
    if (found.length > 0 && performance.now() > deadline) {
      const reasons = removed.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []))
      throw new Error(
        `containers with the label ${OWNER_LABEL}=${owner} are left: ${reasons.join('; ') || found.join(' ')}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

async function containersOf(owner: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${OWNER_LABEL}=${owner}`] }))
  const { status, body } = await askEngine('GET', `/containers/json?all=true&filters=${filters}`, ANSWER_WITHIN_MS)
  if (status !== 200) throw new Error(`the Docker daemon lists no containers: ${status} ${body}`)
  return (JSON.parse(body) as { Id: string }[]).map(({ Id }) => Id)
}
