import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { redis } from '../../src/environment/catalog/redis.ts'
import { isMissing } from '../../src/environment/dependency.ts'
import type { Dependency, Installation } from '../../src/environment/dependency.ts'
import { isPortTaken, startServer } from '../../src/environment/server-starter.ts'
import { processesOf } from '../../bench/scratch/remains.ts'

let root: string
let installation: Installation
let occupant: Server
let takenPort: number

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'starter-test-'))
  const found = await redis.native.find()
  if (isMissing(found)) throw new Error(`${found.missing}: ${found.install}`)
  installation = found
  occupant = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(occupant, 'listening')
  takenPort = (occupant.address() as { port: number }).port
})

afterEach(() => {
  occupant.close()
  expect(processesOf(root)).toEqual([])
  rmSync(root, { recursive: true, force: true })
})

/** Redis, that is given a port which somebody else took meanwhile, for the first tries. */
function unlucky(tries: number): { dependency: Dependency; starts: () => number } {
  let starts = 0
  const dependency: Dependency = {
    ...redis,
    native: {
      ...redis.native,
      start: (site) =>
        redis.native.start(++starts <= tries ? { ...site, freePort: () => Promise.resolve(takenPort) } : site),
    },
  }
  return { dependency, starts: () => starts }
}

async function start(dependency: Dependency, signal = new AbortController().signal) {
  const resolution = { provider: 'native', installation, limits: redis.limits, why: 'the test says so' } as const
  return await startServer(dependency, resolution, {}, { owner: 'starter-test', root, signal })
}

test('a port that was taken in the meantime is given up for another', async () => {
  const { dependency, starts } = unlucky(2)
  const server = await start(dependency)
  expect(starts()).toBe(3)
  expect(new URL(server.urls[0] ?? '').port).not.toBe(String(takenPort))
  expect(await redis.probe(server.urls)).toBe(server.version)
  await server.stop()
  expect(readdirSync(root)).toEqual([])
})

test.each([
  ['Redis', 'Could not create server TCP listening socket 127.0.0.1:6379: bind: Address already in use'],
  ['Node', 'Error: listen EADDRINUSE: address already in use 127.0.0.1:8123'],
  ['Docker', 'Bind for 127.0.0.1:5432 failed: port is already allocated'],
  [
    'Erlang, of its own port',
    '{failed_to_start_child,prelaunch,{dist_port_already_used,44729,not_erlang,"localhost"}}',
  ],
  ['Erlang, of a listener', '{could_not_start_listener,"127.0.0.1",5672,eaddrinuse}'],
])('%s says in its words that a port is taken', (_who, message) => {
  expect(isPortTaken(message)).toBe(true)
})

test('ports that are taken again and again are told', async () => {
  const { dependency, starts } = unlucky(Infinity)
  await expect(start(dependency)).rejects.toThrow(/ended before it was ready[^]*[Aa]ddress already in use/)
  expect(starts()).toBe(3)
  expect(readdirSync(root)).toEqual([])
})

test('a start that is given up stops what was started', async () => {
  const controller = new AbortController()
  const dependency: Dependency = { ...redis, probe: () => new Promise(() => undefined) }
  const starting = start(dependency, controller.signal)
  const reason = new Error('nobody wants it')
  setTimeout(() => controller.abort(reason), 200)
  await expect(starting).rejects.toBe(reason)
  expect(readdirSync(root)).toEqual([])
})

test('a probe that never comes back does not hold longer than the server may take', async () => {
  const dependency: Dependency = { ...redis, startWithinMs: 300, probe: () => new Promise(() => undefined) }
  await expect(start(dependency)).rejects.toThrow(/it was not healthy within 300 ms \(no answer within/)
  expect(readdirSync(root)).toEqual([])
})

test('a server that is too old is stopped', async () => {
  const dependency: Dependency = { ...redis, minimumVersion: '99' }
  await expect(start(dependency)).rejects.toThrow(/Redis [\d.]+ is too old: 99 or later is needed/)
  expect(readdirSync(root)).toEqual([])
})
