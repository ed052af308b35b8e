import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createClient } from '@clickhouse/client'
import { connect as connectAmqp } from 'amqplib'
import { Cluster, Redis } from 'ioredis'
import pg from 'pg'

import type { Lease } from '../../src/environment/protocol.ts'
import type { Holder } from '../../bench/scratch/holder.ts'
import { ScratchWorkspace } from '../../bench/scratch/scratch-workspace.ts'

/** Leases on real servers that are shared, and that never see each other. */
let workspace: ScratchWorkspace
let holder: Holder

beforeAll(() => {
  workspace = new ScratchWorkspace()
  holder = workspace.holder()
})

afterAll(async () => {
  await workspace.dispose()
}, 60_000)

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

async function databases(url: string): Promise<string[]> {
  const query = 'SELECT datname FROM pg_database WHERE NOT datistemplate'
  return (await onPostgres(url, async (client) => await client.query<{ datname: string }>(query))).rows.map(
    (row) => row.datname,
  )
}

test('postgres: databases of their own, and none when they were released', async () => {
  const [one, two] = await Promise.all([holder.lease('postgres'), holder.lease('postgres')])
  expect(new URL(one.url).host).toBe(new URL(two.url).host)
  await onPostgres(one.url, async (client) => await client.query('CREATE TABLE only_here (id int)'))
  await expect(
    onPostgres(two.url, async (client) => await client.query('SELECT * FROM only_here')),
  ).rejects.toMatchObject({
    code: '42P01',
  })
  await holder.release(one)
  expect(await databases(two.url)).not.toContain(new URL(one.url).pathname.slice(1))
  expect(await databases(two.url)).toContain(new URL(two.url).pathname.slice(1))
  await holder.release(two)
}, 60_000)

test('postgres: a release ends the connections that are still open', async () => {
  const [one, two] = [await holder.lease('postgres'), await holder.lease('postgres')]
  const client = new pg.Client({ connectionString: one.url })
  await client.connect()
  const lost = new Promise((resolve) => client.on('error', resolve))
  await holder.release(one)
  expect(await lost).toMatchObject({ code: '57P01' })
  expect(await databases(two.url)).not.toContain(new URL(one.url).pathname.slice(1))
  await holder.release(two)
}, 30_000)

const FORTY_TABLES = Array.from(
  { length: 40 },
  (_, index) => `CREATE TABLE t${index} (id bigserial PRIMARY KEY, body text); CREATE INDEX ON t${index} (body)`,
)

test('postgres: migrations run once, and every lease starts from what they made', async () => {
  const migrations = [...FORTY_TABLES, `INSERT INTO t0 (body) VALUES ('seed')`]
  const leases = await Promise.all(Array.from({ length: 5 }, () => holder.lease('postgres', { migrations })))
  for (const { url } of leases) {
    const rows = await onPostgres(url, async (client) => {
      await client.query(`INSERT INTO t0 (body) VALUES ('mine')`)
      const tables = await client.query(`SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = 'public'`)
      expect(tables.rows).toEqual([{ count: 40 }])
      return (await client.query<{ body: string }>('SELECT body FROM t0 ORDER BY id')).rows
    })
    expect(rows).toEqual([{ body: 'seed' }, { body: 'mine' }])
  }
  const url = (leases[0] as Lease).url
  expect((await databases(url)).filter((name) => name.startsWith('template_'))).toHaveLength(1)
  await Promise.all(leases.map((lease) => holder.release(lease)))
}, 60_000)

test('postgres: a migration that fails is named, leaves nothing, and can be asked for again', async () => {
  const migrations = ['CREATE TABLE good (id int)', 'CREATE TABEL bad (id int)', 'SELECT 1']
  for (let round = 0; round < 2; round++) {
    await expect(holder.lease('postgres', { migrations })).rejects.toMatchObject({
      name: 'HarnessError',
      message: expect.stringMatching(/running migration 2 of 3: syntax error at or near "TABEL"/),
    })
  }
  const lease = await holder.lease('postgres')
  const names = await databases(lease.url)
  expect(names.filter((name) => name.startsWith('lease_'))).toEqual([new URL(lease.url).pathname.slice(1)])
  await holder.release(lease)
}, 30_000)

test('clickhouse: databases of their own, and none when they were released', async () => {
  const [one, two] = await Promise.all([holder.lease('clickhouse'), holder.lease('clickhouse')])
  const [first, second] = [
    createClient({ url: one.url, log: { level: 127 } }),
    createClient({ url: two.url, log: { level: 127 } }),
  ]
  await first.command({ query: 'CREATE TABLE only_here (id UInt64) ENGINE = MergeTree ORDER BY id' })
  await first.insert({ table: 'only_here', values: [{ id: 1 }], format: 'JSONEachRow' })
  await expect(second.query({ query: 'SELECT * FROM only_here' })).rejects.toThrow(/only_here/)
  await holder.release(one)
  const shown = await second.query({ query: 'SHOW DATABASES', format: 'JSONEachRow' })
  const names = (await shown.json<{ name: string }>()).map(({ name }) => name)
  expect(names).toContain(new URL(two.url).pathname.slice(1))
  expect(names).not.toContain(new URL(one.url).pathname.slice(1))
  await Promise.all([first.close(), second.close()])
  await holder.release(two)
}, 60_000)

test('rabbitmq: virtual hosts of their own, and none when they were released', async () => {
  const [one, two] = await Promise.all([holder.lease('rabbitmq'), holder.lease('rabbitmq')])
  const first = await connectAmqp(one.url)
  first.on('error', () => undefined) // Its end is what the test is about.
  const channel = await first.createChannel()
  channel.on('error', () => undefined)
  await channel.assertQueue('jobs', { durable: true })
  channel.sendToQueue('jobs', Buffer.from('one'))
  const second = await connectAmqp(two.url)
  const other = await second.createChannel()
  other.on('error', () => undefined) // The server closes the channel along with the answer.
  await expect(other.checkQueue('jobs')).rejects.toThrow(/NOT_FOUND/)
  const lost = new Promise((resolve) => first.on('close', resolve))
  await holder.release(one)
  await lost
  await expect(connectAmqp(one.url)).rejects.toThrow()
  await second.close()
  await holder.release(two)
}, 90_000)

test('redis: a server of its own, with the memory that was asked for', async () => {
  const [one, two] = [
    await holder.lease('redis'),
    await holder.lease('redis', { maxmemoryBytes: 4_000_000, maxmemoryPolicy: 'allkeys-lru' }),
  ]
  expect(new URL(one.url).port).not.toBe(new URL(two.url).port)
  expect([one.dedicated, two.dedicated]).toEqual([true, true])
  const [first, second] = [new Redis(one.url), new Redis(two.url)]
  expect(await second.config('GET', 'maxmemory*')).toEqual(
    expect.arrayContaining(['maxmemory', '4000000', 'maxmemory-policy', 'allkeys-lru']),
  )
  let heard = 0
  await second.subscribe('news')
  second.on('message', () => heard++)
  expect(await first.publish('news', 'for nobody')).toBe(0)
  expect(heard).toBe(0)
  await Promise.all([first.quit(), second.quit()])
  await Promise.all([holder.release(one), holder.release(two)])
  const gone = new Redis(one.url, { lazyConnect: true, retryStrategy: () => null })
  gone.on('error', () => undefined) // The rejection below tells.
  await expect(gone.connect()).rejects.toThrow()
  gone.disconnect()
}, 30_000)

test('redis-cluster: a prefix of its own, of which no key is left', async () => {
  const [one, two] = await Promise.all([holder.lease('redis-cluster'), holder.lease('redis-cluster')])
  expect(one.urls).toHaveLength(3)
  expect(one.keyPrefix).not.toBe(two.keyPrefix)
  const password = new URL(one.url).password
  const cluster = new Cluster(
    one.urls.map((url) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) })),
    { redisOptions: { password } },
  )
  for (let key = 0; key < 3_000; key++) void cluster.set(`${one.keyPrefix}${key}`, 'x')
  await cluster.set(`${two.keyPrefix}mine`, 'x')
  const keys = async () => (await Promise.all(cluster.nodes('master').map((node) => node.keys('*')))).flat()
  expect(await keys()).toHaveLength(3_001)
  await holder.release(one)
  expect(await keys()).toEqual([`${two.keyPrefix}mine`])
  await cluster.quit()
  await holder.release(two)
}, 60_000)

test('all five at the same time, with leases by the dozen', async () => {
  const names = ['redis', 'redis-cluster', 'postgres', 'clickhouse', 'rabbitmq'] as const
  const leases = await Promise.all(
    Array.from({ length: 30 }, (_, index) => holder.lease(names[index % 5] as (typeof names)[number])),
  )
  expect(new Set(leases.map(({ id }) => id)).size).toBe(30)
  const { servers } = await holder.status()
  expect(servers.filter(({ dependency }) => dependency === 'redis')).toHaveLength(6)
  expect(servers.reduce((sum, server) => sum + server.leases, 0)).toBe(30)
  await Promise.all(leases.map((lease) => holder.release(lease)))
  expect((await holder.status()).servers.map(({ leases: count }) => count)).toEqual([0, 0, 0, 0])
}, 90_000)

test('releasing twice, or what never was, is no error', async () => {
  const lease = await holder.lease('redis')
  await Promise.all([holder.release(lease), holder.release(lease)])
  await holder.release(lease)
  await holder.release({ id: 'never-was' })
})
