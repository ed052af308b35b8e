import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'

import { freePort } from '../../src/environment/port.ts'
import type { Lease } from '../../src/environment/protocol.ts'
import type { Holder } from '../../bench/scratch/holder.ts'
import { ScratchWorkspace } from '../../bench/scratch/scratch-workspace.ts'

/** Whose server may be killed and paused, and that such a server leaves nothing either. */
let workspace: ScratchWorkspace
let holder: Holder

beforeEach(() => {
  workspace = new ScratchWorkspace({ HARNESS_IDLE_MS: '300' })
  holder = workspace.holder()
})

afterEach(async () => {
  await workspace.dispose()
}, 60_000)

/** One that is stopped and one that is down, of which each takes its own way to its end. */
async function pausedAndKilled(): Promise<void> {
  const [redis, postgres, killed] = await Promise.all([
    holder.lease('redis'),
    holder.lease('postgres', { dedicated: true }),
    holder.lease('postgres', { dedicated: true }),
  ])
  await Promise.all([holder.control(redis, 'pause'), holder.control(postgres, 'pause'), holder.control(killed, 'kill')])
}

test('nothing is left of paused and killed servers when the test is killed', async () => {
  await pausedAndKilled()
  await holder.kill()
  await workspace.isEmpty()
}, 60_000)

test('nothing is left of paused and killed servers when the supervisor is killed', async () => {
  await pausedAndKilled()
  process.kill((await holder.status()).supervisor, 'SIGKILL')
  await holder.kill()
  await workspace.isEmpty()
}, 60_000)

test('nothing is left of paused and killed servers when the harness is told to end', async () => {
  await pausedAndKilled()
  expect(await workspace.harness(['down'])).toMatchObject({ code: 0 })
  await holder.kill()
  await workspace.isEmpty()
}, 60_000)

test('a lease is released whatever was done to its server, and nothing of it is left', async () => {
  await holder.lease('redis') // Keeps the supervisor.
  const folders = workspace.temporaryFiles()
  for (const [name, action] of [
    ['postgres', 'pause'],
    ['postgres', 'kill'],
    ['redis', 'pause'],
    ['redis', 'kill'],
  ] as const) {
    const lease = await holder.lease(name, { dedicated: true })
    await holder.control(lease, action)
    await holder.release(lease)
    expect((await holder.status()).servers).toHaveLength(1)
    expect(workspace.temporaryFiles()).toEqual(folders)
  }
}, 60_000)

test('a killed server is not replaced while its lease is held, and a new lease gets another', async () => {
  const lease = await holder.lease('redis')
  await holder.control(lease, 'kill')
  const other = await holder.lease('redis')
  expect(other.url).not.toBe(lease.url)
  expect((await holder.status()).servers.map(({ isAlive }) => isAlive)).toEqual([false, true])
  await holder.control(lease, 'restart')
  expect((await holder.status()).servers.map(({ isAlive }) => isAlive)).toEqual([true, true])
}, 30_000)

test('a server that others use is not touched', async () => {
  const lease = await holder.lease('postgres')
  await expect(holder.control(lease, 'kill')).rejects.toMatchObject({
    code: 'ERR_NO_OWN_SERVER',
    message: 'asking for "kill" of PostgreSQL: others use the server too',
    remedy: 'Lease it with { dedicated: true }.',
  })
}, 30_000)

test('a server that the user gave is not touched', async () => {
  const given: Lease = await holder.lease('redis')
  const guest = workspace.holder({ REDIS_URL: given.url })
  await expect(guest.control(await guest.lease('redis'), 'pause')).rejects.toMatchObject({
    code: 'ERR_NO_OWN_SERVER',
    remedy: expect.stringContaining('Unset REDIS_URL'),
  })
}, 30_000)

test("the server of somebody else's lease, or of one that was released, is not touched", async () => {
  const lease = await holder.lease('redis')
  const stranger = workspace.holder()
  await expect(stranger.control(lease, 'kill')).rejects.toThrow('the server of a lease that is not held')
  await holder.release(lease)
  await expect(holder.control(lease, 'kill')).rejects.toThrow('the server of a lease that is not held')
}, 30_000)

test('what cannot be done in its state is told; what is so already is no mistake', async () => {
  const lease = await holder.lease('redis')
  for (const action of ['pause', 'pause', 'resume', 'resume', 'kill', 'kill'] as const)
    await holder.control(lease, action)
  for (const action of ['pause', 'resume'] as const)
    await expect(holder.control(lease, action)).rejects.toMatchObject({
      message: `asking Redis to ${action}: it was killed`,
      remedy: 'Restart it first.',
    })
  await holder.control(lease, 'restart')
  const redis = new Redis(lease.url)
  expect(await redis.ping()).toBe('PONG')
  redis.disconnect()
}, 30_000)

test('the port of a server that is down is none that the kernel gives to others', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort))
  for (const port of ports) expect(port < 32_768 && port > 1_024).toBe(true)
})
