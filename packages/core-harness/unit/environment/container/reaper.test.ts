import { afterEach, expect, test } from '@jest/globals'

import { removeContainer, removeContainers } from '../../../src/environment/providers/container-reaper.ts'
import { FakeEngine } from './fake-engine.ts'
import type { Reply } from './fake-engine.ts'

const inherited = process.env.DOCKER_HOST
let engine: FakeEngine | undefined

afterEach(async () => {
  if (inherited === undefined) delete process.env.DOCKER_HOST
  else process.env.DOCKER_HOST = inherited
  await engine?.stop()
  engine = undefined
})

async function daemon(answer: (request: string) => Reply | Promise<Reply>): Promise<FakeEngine> {
  engine = await FakeEngine.start(answer)
  process.env.DOCKER_HOST = engine.address
  return engine
}

/** A daemon with containers; those that arrive later are not there for the first looks. */
function withContainers(present: Set<string>, arrivals: Map<number, string> = new Map()) {
  let looks = 0
  return (request: string): Reply => {
    if (request.startsWith('GET /containers/json')) {
      const arriving = arrivals.get(++looks)
      if (arriving !== undefined) present.add(arriving)
      return { status: 200, body: [...present].map((Id) => ({ Id })) }
    }
    const [, id = ''] = /^DELETE \/containers\/(\w+)\?force=true&v=true$/.exec(request) ?? []
    return present.delete(id) ? { status: 204 } : { status: 404, body: { message: 'No such container' } }
  }
}

test("the containers of the owner go, with their volumes, and nobody else's are asked for", async () => {
  const present = new Set(['a1', 'b2'])
  const { asked } = await daemon(withContainers(present))
  await removeContainers('8acd99b6-1234', performance.now() + 9_000)
  expect(present.size).toBe(0)
  expect(asked[0]).toBe('GET /containers/json?all=true&filters={"label":["proving-ground.owner=8acd99b6-1234"]}')
})

test('a container whose creation was under way when the owner was killed goes too', async () => {
  const present = new Set<string>()
  await daemon(withContainers(present, new Map([[5, 'late']]))) // A second after the first look.
  await removeContainers('owner', performance.now() + 9_000)
  expect(present.size).toBe(0)
})

test('containers that cannot be removed are told, with the reason, at the deadline', async () => {
  await daemon((request) =>
    request.startsWith('GET')
      ? { status: 200, body: [{ Id: 'stuck' }] }
      : { status: 500, body: { message: 'device or resource busy' } },
  )
  await expect(removeContainers('owner', performance.now() + 600)).rejects.toThrow(
    /proving-ground\.owner=owner are left: .*device or resource busy/,
  )
})

test('a daemon that refuses to list containers is told', async () => {
  await daemon(() => ({ status: 403, body: { message: 'not allowed' } }))
  await expect(removeContainers('owner', performance.now() + 9_000)).rejects.toThrow(/403.*not allowed/)
})

test('one container: gone already is well, and one that is being removed is waited for', async () => {
  const replies: Record<string, Reply> = {
    'DELETE /containers/gone?force=true&v=true': { status: 404 },
    'DELETE /containers/going?force=true&v=true': { status: 409, body: { message: 'removal is already in progress' } },
    'POST /containers/going/wait?condition=removed': { status: 200, body: { StatusCode: 137 } },
  }
  const { asked } = await daemon((request) => replies[request] ?? { status: 500 })
  await removeContainer('gone', 1_000)
  await removeContainer('going', 1_000)
  expect(asked).toEqual(Object.keys(replies))
  await expect(removeContainer('broken', 1_000)).rejects.toThrow(/removes no container broken: 500/)
})
