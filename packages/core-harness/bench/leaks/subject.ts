/**
 * A test process to be killed: leases everything natively, everything on the given servers, hosts two nodes and stops one
 * of them, pauses one leased server and kills another, and then uses the rest until it is killed or something fails. Says
 * when it is in use.
 */
import { createClient } from '@clickhouse/client'
import { connect as connectAmqp } from 'amqplib'
import { Cluster, Redis } from 'ioredis'
import pg from 'pg'
import { fileURLToPath } from 'node:url'

import { EnvironmentClient } from '../../src/environment/client.ts'
import type { Lease } from '../../src/environment/protocol.ts'
import { Hosting } from '../../src/guarantee/hosting/host.ts'

const ADAPTER = fileURLToPath(new URL('./node.ts', import.meta.url))
const MIGRATIONS = Array.from({ length: 10 }, (_, index) => `CREATE TABLE t${index} (id serial PRIMARY KEY, body text)`)
const KINDS = ['redis', 'redis-cluster', 'postgres', 'clickhouse', 'rabbitmq'] as const

/** Whatever fails ends the test, as it would end any. */
process.on('unhandledRejection', () => process.exit(1))
process.on('uncaughtException', () => process.exit(1))

const given = JSON.parse(process.env.GIVEN_SERVERS ?? '{}') as Record<string, string>
const provider = process.env.HARNESS_PROVIDER ?? ''
const client = await EnvironmentClient.connect()
const hosting = new Hosting(ADAPTER)

async function leaseAll(variables: Record<string, string>): Promise<Lease[]> {
  Object.assign(process.env, variables)
  const leases = KINDS.map((kind) => client.lease(kind, kind === 'postgres' ? { migrations: MIGRATIONS } : {}))
  for (const name of Object.keys(variables)) delete process.env[name]
  process.env.HARNESS_PROVIDER = provider
  return await Promise.all(leases)
}

const [own, asGuest, node, stopped] = await Promise.all([
  leaseAll({}),
  leaseAll({ ...given, HARNESS_PROVIDER: '' }),
  hosting.host<{ echo(value: unknown): Promise<unknown>; close(): Promise<void> }>({}),
  hosting.host({}),
])
await stopped.pause()
const faulty = { dedicated: true }
const [paused, killed] = await Promise.all([client.lease('postgres', faulty), client.lease('postgres', faulty)])
await Promise.all([client.control(paused, 'pause'), client.control(killed, 'kill')])
const uses = await Promise.all([own, asGuest].map(useOf))
process.stdout.write('in use\n')
for (let turn = 0; ; turn++) await Promise.all([...uses.flat().map((use) => use(turn)), node.service.echo(turn)])

/** One operation of each lease, to be repeated. */
async function useOf(leases: readonly Lease[]): Promise<((turn: number) => Promise<unknown>)[]> {
  const [redis, cluster, postgres, clickhouse, rabbitmq] = leases as [Lease, Lease, Lease, Lease, Lease]
  const connection = new Redis(redis.url, { keyPrefix: redis.keyPrefix ?? '', retryStrategy: () => null })
  const nodes = cluster.urls.map((url) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) }))
  const redisOptions = { password: decodeURIComponent(new URL(cluster.url).password) }
  const clustered = new Cluster(nodes, {
    redisOptions,
    keyPrefix: cluster.keyPrefix ?? '',
    clusterRetryStrategy: () => null,
  })
  const sql = new pg.Client({ connectionString: postgres.url })
  await sql.connect()
  const house = createClient({ url: clickhouse.url })
  await house.command({ query: 'CREATE TABLE t (id UInt64) ENGINE = MergeTree ORDER BY id' })
  const channel = await (await connectAmqp(rabbitmq.url)).createConfirmChannel()
  await channel.assertQueue('jobs', { durable: true })
  return [
    (turn) => connection.set(`key-${turn}`, 'value'),
    (turn) => clustered.set(`key-${turn}`, 'value'),
    () => sql.query(`INSERT INTO t0 (body) VALUES ('x')`),
    (turn) => house.insert({ table: 't', values: [{ id: turn }], format: 'JSONEachRow' }),
    () => (channel.sendToQueue('jobs', Buffer.from('x'), { persistent: true }), channel.waitForConfirms()),
  ]
}
