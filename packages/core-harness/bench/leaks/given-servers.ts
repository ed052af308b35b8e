import { createClient } from '@clickhouse/client'
import { Redis } from 'ioredis'
import pg from 'pg'

import type { Lease } from '../../src/environment/protocol.ts'
import type { ScratchWorkspace } from '../scratch/scratch-workspace.ts'

/** Servers that somebody else runs, and that the killed ones are guests on. */
export interface GivenServers {
  /** The variables that give them to a guest. */
  readonly variables: Readonly<Record<string, string>>
  /** Everything on them that is not of their owner. */
  traces(): Promise<string[]>
}

export async function startGivenServers(owner: ScratchWorkspace): Promise<GivenServers> {
  const holder = owner.holder()
  const [redis, cluster, postgres, clickhouse, rabbitmq] = (await Promise.all(
    (['redis', 'redis-cluster', 'postgres', 'clickhouse', 'rabbitmq'] as const).map((name) => holder.lease(name)),
  )) as [Lease, Lease, Lease, Lease, Lease]
  const { servers } = await holder.status()
  const shown = servers.find(({ dependency }) => dependency === 'rabbitmq')?.urls[1] ?? ''
  const management = new URL(shown.replace('***@', ''))
  management.username = new URL(rabbitmq.url).username
  management.password = new URL(rabbitmq.url).password
  return {
    variables: {
      REDIS_URL: redis.url,
      REDIS_CLUSTER_URL: cluster.urls.join(','),
      POSTGRES_URL: postgres.url,
      CLICKHOUSE_URL: clickhouse.url,
      RABBITMQ_URL: rabbitmq.url,
      RABBITMQ_MANAGEMENT_URL: management.href,
    },
    async traces() {
      const found = await Promise.all([
        ...[redis.url, ...cluster.urls].map(keysOf),
        databasesOf(postgres.url),
        clickhouseDatabasesOf(clickhouse.url),
        virtualHostsOf(management, new URL(rabbitmq.url).pathname.slice(1)),
      ])
      return found.flat()
    },
  }
}

async function keysOf(url: string): Promise<string[]> {
  const connection = new Redis(url)
  const keys = await connection.keys('*')
  await connection.quit()
  return keys.map((key) => `the key ${key}`)
}

async function databasesOf(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname ~ '^(lease|template)_' AND datname <> current_database()`,
  )
  await client.end()
  return rows.map(({ name }) => `the PostgreSQL database ${name}`)
}

async function clickhouseDatabasesOf(url: string): Promise<string[]> {
  const client = createClient({ url })
  const answer = await client.query({
    query: `SELECT name FROM system.databases WHERE name LIKE 'lease%' AND name <> currentDatabase()`,
    format: 'JSONEachRow',
  })
  const rows = await answer.json<{ name: string }>()
  await client.close()
  return rows.map(({ name }) => `the ClickHouse database ${name}`)
}

async function virtualHostsOf(management: URL, own: string): Promise<string[]> {
  const authorization = `Basic ${Buffer.from(`${management.username}:${management.password}`).toString('base64')}`
  const answer = await fetch(`http://${management.host}/api/vhosts`, { headers: { authorization } })
  const hosts = (await answer.json()) as { name: string }[]
  return hosts.filter(({ name }) => name !== '/' && name !== own).map(({ name }) => `the virtual host ${name}`)
}
