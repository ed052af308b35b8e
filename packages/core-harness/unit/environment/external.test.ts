import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { createClient } from '@clickhouse/client'
import { connect as connectAmqp } from 'amqplib'
import { Redis } from 'ioredis'
import pg from 'pg'

import type { Lease } from '../../src/environment/protocol.ts'
import { eventually } from '../../src/guarantee/eventually.ts'
import type { Holder } from '../../bench/scratch/holder.ts'
import { ScratchWorkspace } from '../../bench/scratch/scratch-workspace.ts'

/** The harness as a guest on servers that somebody else runs: here, another workspace. */
let owner: ScratchWorkspace
let guest: ScratchWorkspace
let variables: Record<string, string>
let redis: Lease
let postgres: Lease
let clickhouse: Lease
let rabbitmq: Lease

beforeAll(async () => {
  owner = new ScratchWorkspace()
  guest = new ScratchWorkspace()
  const holder = owner.holder()
  ;[redis, postgres, clickhouse, rabbitmq] = (await Promise.all([
    holder.lease('redis'),
    holder.lease('postgres'),
    holder.lease('clickhouse'),
    holder.lease('rabbitmq'),
  ])) as [Lease, Lease, Lease, Lease]
  const { servers } = await holder.status()
  const management = new URL(
    servers.find(({ dependency }) => dependency === 'rabbitmq')?.urls[1]?.replace('***@', '') ?? '',
  )
  management.username = new URL(rabbitmq.url).username
  management.password = new URL(rabbitmq.url).password
  variables = {
    REDIS_URL: redis.url,
    POSTGRES_URL: postgres.url,
    CLICKHOUSE_URL: clickhouse.url,
    RABBITMQ_URL: rabbitmq.url,
    RABBITMQ_MANAGEMENT_URL: management.href,
  }
}, 90_000)

afterAll(async () => {
  await guest.dispose()
  await owner.dispose()
}, 60_000)

afterEach(async () => {
  await guest.endHolders()
})

const MIGRATIONS = ['CREATE TABLE seeded (id int)', 'INSERT INTO seeded VALUES (1)']

/** Everything on the four servers that could be of a guest. */
async function traces(): Promise<string[]> {
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname ~ '^(lease|template)_' AND datname <> current_database()`,
  )
  await client.end()
  const house = createClient({ url: clickhouse.url, log: { level: 127 } })
  const shown = await house.query({
    query: `SELECT name FROM system.databases WHERE name LIKE 'lease%' AND name <> currentDatabase()`,
    format: 'JSONEachRow',
  })
  const databases = await shown.json<{ name: string }>()
  await house.close()
  const connection = new Redis(redis.url)
  const keys = await connection.keys('*')
  await connection.quit()
  const management = new URL(variables.RABBITMQ_MANAGEMENT_URL ?? '')
  const authorization = `Basic ${Buffer.from(`${management.username}:${management.password}`).toString('base64')}`
  const answer = await fetch(`http://${management.host}/api/vhosts`, { headers: { authorization } })
  const hosts = ((await answer.json()) as { name: string }[]).map(({ name }) => name)
  const ownHost = new URL(rabbitmq.url).pathname.slice(1)
  return [
    ...rows.map(({ name }) => `postgres ${name}`),
    ...databases.map(({ name }) => `clickhouse ${name}`),
    ...keys.map((key) => `redis ${key}`),
    ...hosts.filter((host) => host !== '/' && host !== ownHost).map((host) => `rabbitmq ${host}`),
  ]
}

/** Leases of every kind, all in use. */
async function useAll(holder: Holder): Promise<Lease[]> {
  const leases = await Promise.all([
    holder.lease('redis'),
    holder.lease('postgres', { migrations: MIGRATIONS }),
    holder.lease('clickhouse'),
    holder.lease('rabbitmq'),
  ])
  const [onRedis, , onClickhouse, onRabbitmq] = leases
  const connection = new Redis(onRedis.url, { keyPrefix: onRedis.keyPrefix ?? '' })
  await Promise.all(Array.from({ length: 50 }, (_, key) => connection.set(`key-${key}`, 'value')))
  await connection.quit()
  const house = createClient({ url: onClickhouse.url, log: { level: 127 } })
  await house.command({ query: 'CREATE TABLE t (id UInt64) ENGINE = Memory' })
  await house.close()
  const amqp = await connectAmqp(onRabbitmq.url)
  await (await amqp.createChannel()).assertQueue('jobs', { durable: true })
  await amqp.close()
  return leases
}

test('leases on servers that were given by URL are parts of them, and leave nothing', async () => {
  expect(await traces()).toEqual([])
  const holder = guest.holder(variables)
  const leases = await useAll(holder)
  expect(leases.map(({ provider, dedicated }) => [provider, dedicated])).toEqual(Array(4).fill(['external', false]))
  expect(new URL(leases[0]!.url).port).toBe(new URL(redis.url).port)
  expect(leases[0]!.keyPrefix).toMatch(/^l[0-9a-f]+:$/)
  const found = await traces()
  expect(found.filter((trace) => trace.startsWith('redis'))).toHaveLength(50)
  for (const kind of ['postgres lease_', 'postgres template_', 'clickhouse lease_', 'rabbitmq lease-'])
    expect(found.filter((trace) => trace.startsWith(kind))).toHaveLength(1)
  for (const lease of leases) await holder.release(lease)
  // The template is for the next lease, until the supervisor ends.
  expect(await traces()).toEqual([expect.stringMatching(/^postgres template_/)])
  await guest.harness(['down'])
  expect(await traces()).toEqual([])
}, 60_000)

test('an owner sees no process started for a guest, and its own server outlives the guest', async () => {
  const holder = guest.holder(variables)
  await holder.lease('redis')
  expect(guest.processes().some(({ command }) => command.includes('redis-server'))).toBe(false)
  await guest.harness(['down'])
  const connection = new Redis(redis.url)
  expect(await connection.ping()).toBe('PONG')
  await connection.quit()
}, 30_000)

test.each([[{ dedicated: true }], [{ maxmemoryBytes: 4_000_000 }], [{ maxmemoryPolicy: 'allkeys-lru' }]])(
  'a lease with %j cannot be had on a server that others use',
  async (options) => {
    const holder = guest.holder(variables)
    await expect(holder.lease('redis', options)).rejects.toMatchObject({
      code: 'ERR_NO_OWN_SERVER',
      message: expect.stringContaining('a server of its own was asked for, and REDIS_URL names one that others use'),
      remedy: expect.stringContaining('Unset REDIS_URL'),
    })
  },
  30_000,
)

test('when the supervisor is killed outright, what its leases left is removed all the same', async () => {
  const holder = guest.holder(variables)
  await useAll(holder)
  expect((await traces()).length).toBeGreaterThan(50)
  const { supervisor } = await holder.status()
  process.kill(supervisor, 'SIGKILL')
  await eventually(async () => expect(await traces()).toEqual([]) ?? true, {
    withinMs: 10_000,
    describe: 'nothing is left',
  })
  await holder.end()
  await guest.isEmpty()
}, 60_000)

test('when it is killed while leases are being made, nothing is left either', async () => {
  const holder = guest.holder(variables)
  const { supervisor } = await holder.status()
  await holder.lease('postgres', { migrations: MIGRATIONS })
  const requests = Array.from({ length: 20 }, () => holder.lease('postgres', { migrations: MIGRATIONS }))
  const outcomes = Promise.allSettled([...requests, holder.lease('rabbitmq'), holder.lease('clickhouse')])
  await Promise.any(requests)
  process.kill(supervisor, 'SIGKILL')
  await outcomes
  await holder.end()
  await guest.isEmpty()
  expect(await traces()).toEqual([])
}, 60_000)
