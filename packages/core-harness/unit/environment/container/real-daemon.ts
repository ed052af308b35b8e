import { describe } from '@jest/globals'
import { createHash } from 'node:crypto'

import { loadDependency } from '../../../src/environment/catalog/index.ts'
import type { DependencyName } from '../../../src/environment/dependency.ts'
import { messageOf } from '../../../src/environment/errors.ts'
import { OWNER_LABEL } from '../../../src/environment/providers/container-label.ts'
import { askEngine, describeAddress, engineAddress } from '../../../src/environment/providers/docker-engine.ts'
import { ScratchWorkspace } from '../scratch/scratch-workspace.ts'

const ANSWER_WITHIN_MS = 10_000

/** What these tests look at in `docker inspect`. */
export interface Inspected {
  readonly Id: string
  readonly State: { readonly Pid: number }
  readonly Config: {
    readonly Image: string
    readonly Cmd: readonly string[]
    readonly Labels: Readonly<Record<string, string>>
  }
  readonly HostConfig: {
    readonly Memory: number
    readonly MemorySwap: number
    readonly CpuQuota: number
    readonly CpuPeriod: number
    readonly Ulimits: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[]
  }
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>
  }
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string }[]
}

/**
 * `describe` where a Docker daemon answers that has images of these dependencies; elsewhere their tests are skipped, and a
 * warning says why. `HARNESS_NEEDS_DOCKER=1` makes that an error, for places where a daemon has to be.
 */
export async function describeOnDocker(names: readonly DependencyName[]): Promise<typeof describe.skip> {
  const obstacle = await whyNot(names)
  if (obstacle === undefined) return describe
  if (process.env.HARNESS_NEEDS_DOCKER === '1') throw new Error(`tests on a real Docker daemon cannot run: ${obstacle}`)
  console.warn(`NOT RUN: tests on a real Docker daemon: ${obstacle}`)
  return describe.skip
}

async function whyNot(names: readonly DependencyName[]): Promise<string | undefined> {
  try {
    const { status } = await askEngine('GET', '/_ping', ANSWER_WITHIN_MS)
    if (status !== 200) return `the daemon answers with status ${status}`
    for (const name of names) {
      const { image, builtImage = '' } = (await loadDependency(name)).container
      if (!(await hasImage(image)) && !(await hasImage(builtImage))) return `it has neither ${image} nor ${builtImage}`
    }
    return undefined
  } catch (error) {
    return `no daemon answers (${messageOf(error)})`
  }
}

async function hasImage(image: string): Promise<boolean> {
  const { status } = await askEngine('GET', `/images/${encodeURIComponent(image)}/json`, ANSWER_WITHIN_MS)
  return status === 200
}

/** A workspace whose servers are containers of the real daemon. */
export function containerWorkspace(environment: Readonly<Record<string, string>> = {}): ScratchWorkspace {
  const DOCKER_HOST = describeAddress(engineAddress())
  return new ScratchWorkspace({ DOCKER_HOST, HARNESS_PROVIDER: 'container', ...environment })
}

/** All containers of a workspace, running or not. */
export async function containersOf({ folder }: ScratchWorkspace): Promise<Inspected[]> {
  const workspaceId = createHash('sha256').update(`${process.getuid?.()}:${folder}`).digest('hex').slice(0, 8)
  const filters = encodeURIComponent(JSON.stringify({ label: [OWNER_LABEL] }))
  const { body } = await askEngine('GET', `/containers/json?all=true&filters=${filters}`, ANSWER_WITHIN_MS)
  const listed = JSON.parse(body) as { Id: string; Labels: Record<string, string> }[]
  const own = listed.filter(({ Labels }) => Labels[OWNER_LABEL]?.startsWith(`${workspaceId}-`))
  const inspected = await Promise.all(own.map(({ Id }) => inspect(Id)))
  return inspected.filter((container) => container !== undefined)
}

async function inspect(id: string): Promise<Inspected | undefined> {
  const { status, body } = await askEngine('GET', `/containers/${id}/json`, ANSWER_WITHIN_MS)
  return status === 200 ? (JSON.parse(body) as Inspected) : undefined // It went after it was listed.
}

/** Kills what runs in a container, as the kernel does when memory is short. */
export async function killContainer({ Id }: Inspected): Promise<void> {
  await askEngine('POST', `/containers/${Id}/kill`, ANSWER_WITHIN_MS)
}

export async function hasVolume(name: string): Promise<boolean> {
  return (await askEngine('GET', `/volumes/${name}`, ANSWER_WITHIN_MS)).status === 200
}
