import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'
import pg from 'pg'

import type { Lease } from '../../src/environment/protocol.ts'
import { kill, pause } from '../../src/fault/process-fault.ts'
import { untilHealed, verifyLease } from '../../src/fault/healed.ts'
import { LeasedServer } from '../../src/fault/leased-server.ts'
import { at, planFaults } from '../../src/fault/plan.ts'
import { proxied } from '../../src/fault/proxied.ts'
import { runFaults } from '../../src/fault/schedule.ts'
import { eventually } from '../../src/guarantee/eventually.ts'
import type { Holder } from '../../bench/scratch/holder.ts'
import { ScratchWorkspace } from '../../bench/scratch/scratch-workspace.ts'

/** Faults on real servers, as their clients see them. */
let workspace: ScratchWorkspace
let holder: Holder

beforeAll(() => {
  workspace = new ScratchWorkspace()
  holder = workspace.holder()
})

afterAll(async () => {
  await workspace.dispose()
}, 60_000)

async function onRedis<Value>(url: string, use: (redis: Redis) => Promise<Value>): Promise<Value> {
  const redis = new Redis(url, { retryStrategy: () => null, lazyConnect: true })
  redis.on('error', () => undefined) // What is asked of it meets the error.
  try {
    await redis.connect()
    return await use(redis)
  } finally {
    redis.disconnect()
  }
}

async function onPostgres<Value>(url: string, use: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined) // What is asked of it meets the loss of the connection.
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

test('a paused Redis answers nothing, keeps what it was sent, and answers it when it goes on', async () => {
  const lease = await holder.lease('redis')
  const fault = pause('redis', new LeasedServer(holder, lease))
  await onRedis(lease.url, async (redis) => {
    await fault.begin()
    let hasAnswered = false
    const written = redis.set('key', 'value').then(() => (hasAnswered = true))
    await expect(untilHealed({ verify: () => verifyLease(lease), withinMs: 300 })).rejects.toThrow(/no answer within/)
    expect(hasAnswered).toBe(false)
    await fault.heal()
    await written
    expect(await redis.get('key')).toBe('value')
  })
  await holder.release(lease)
})

test('a killed Redis refuses its clients, and comes back at the same URL without its data', async () => {
  const lease = await holder.lease('redis')
  const fault = kill('redis', new LeasedServer(holder, lease))
  await onRedis(lease.url, (redis) => redis.set('key', 'value'))
  await fault.begin()
  await expect(verifyLease(lease)).rejects.toThrow(/ECONNREFUSED/)
  expect((await holder.status()).servers).toMatchObject([{ isAlive: false }])
  await fault.heal()
  await verifyLease(lease)
  expect(await onRedis(lease.url, (redis) => redis.get('key'))).toBeNull()
  await holder.release(lease)
})

test('a killed PostgreSQL has all that was committed when it comes back, and nothing else', async () => {
  const lease = await holder.lease('postgres', { dedicated: true })
  const server = new LeasedServer(holder, lease)
  await onPostgres(lease.url, async (client) => {
    await client.query('CREATE TABLE t (id int)')
    await client.query('INSERT INTO t VALUES (1)')
    await client.query('BEGIN')
    await client.query('INSERT INTO t VALUES (2)')
    await server.kill()
    await expect(client.query('COMMIT')).rejects.toThrow(/terminated|ECONNRESET|not queryable/)
  })
  await server.restart()
  const rowsOf = async () =>
    (await onPostgres(lease.url, (client) => client.query('SELECT id FROM t'))).rows as unknown[]
  expect(await rowsOf()).toEqual([{ id: 1 }])
  await server.restart() // In order, this time.
  expect(await rowsOf()).toEqual([{ id: 1 }])
  await holder.release(lease)
}, 60_000)

test('one master of a cluster is killed and comes back, while the others run on', async () => {
  const lease = await holder.lease('redis-cluster', { dedicated: true })
  const second = new LeasedServer(holder, lease, { node: 1 })
  await second.kill()
  const reachable = await Promise.allSettled(lease.urls.map((url) => onRedis(url, (redis) => redis.ping())))
  expect(reachable.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  await second.restart()
  await verifyLease(lease)
  await expect(new LeasedServer(holder, lease, { node: 3 }).kill()).rejects.toMatchObject({ code: 'ERR_NO_OWN_SERVER' })
  await holder.release(lease)
}, 60_000)

test('another server reaches a leased one at its peer address', async () => {
  const [one, other] = [await holder.lease('redis'), await holder.lease('redis')]
  const { host, port } = one.peerAddress
  await onRedis(one.url, (redis) => redis.set('key', 'value'))
  await onRedis(other.url, async (replica) => {
    await replica.config('SET', 'masterauth', new URL(one.url).password)
    await replica.replicaof(host, port)
    await eventually(async () => (await replica.get('key')) === 'value', {
      withinMs: 10_000,
      describe: 'it is replicated',
    })
  })
  await Promise.all([holder.release(one), holder.release(other)])
}, 30_000)

test('a schedule beside a client: the cut is seen, counted and healed, which a real operation verifies', async () => {
  const lease = await holder.lease('redis')
  const through = await proxied(lease)
  const [proxy] = through.proxies
  const redis = new Redis(through.lease.url, { retryStrategy: () => 20 })
  const seen: string[] = []
  redis.on('error', (error: NodeJS.ErrnoException) => seen.push(error.code ?? ''))
  await redis.set('key', 'value')
  const cut = proxy.fault('redis', { kind: 'cut' })
  const run = runFaults(planFaults([at(50, cut, { forMs: 150 })], { lengthMs: 1_000, seed: 1 }))
  const [record] = await run.ended
  await untilHealed({ verify: () => verifyLease(through.lease), withinMs: 5_000 })
  expect(record).toMatchObject({ kind: 'cut', target: 'redis', touched: 1 })
  expect(Number(record?.toNs) - Number(record?.fromNs)).toBeGreaterThanOrEqual(150e6 - 1e6)
  expect(seen).toContain('ECONNREFUSED')
  expect(await redis.get('key')).toBe('value')
  redis.disconnect()
  await through.close()
  await holder.release(lease)
}, 30_000)

test('a heal that does not come is told with what the last try found', async () => {
  const lease: Lease = await holder.lease('redis')
  await new LeasedServer(holder, lease).kill()
  await expect(untilHealed({ verify: () => verifyLease(lease), withinMs: 100, describe: 'redis' })).rejects.toThrow(
    /waiting until redis works again after a fault: not within 100 ms \(.*ECONNREFUSED/,
  )
  await holder.release(lease)
})
