import type { Lease } from '../environment/protocol.ts'
import { postgresProbe, redisProbe } from './dependency-probes.ts'
import type { ResourceTarget } from './resource-sampler.ts'

/**
 * What can be seen of the dependencies of a service. Each look has a connection of its own, so that none is left open; it
 * counts among those that are found.
 */
export function leaseTargets(leases: readonly Lease[]): ResourceTarget[] {
  return leases.flatMap(({ dependency, url }): ResourceTarget | [] => {
    if (dependency === 'redis') return { of: dependency, probe: redisProbe(() => infoOfRedis(url)) }
    if (dependency === 'postgres') return { of: dependency, probe: postgresProbe((sql) => askPostgres(url, sql)) }
    return []
  })
}

// Loaded when they are needed: reading what was measured takes no driver.

async function infoOfRedis(url: string): Promise<string> {
  const { askRedis } = await import('../environment/catalog/redis-connection.ts')
  return await askRedis(url, (connection) => connection.info())
}

async function askPostgres(url: string, sql: string): Promise<{ rows: Record<string, unknown>[] }> {
  const { Client } = (await import('pg')).default
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 5_000 })
  client.on('error', () => undefined) // The query in flight reports the loss of the connection itself.
  try {
    await client.connect()
    return await client.query<Record<string, unknown>>(sql)
  } finally {
    await client.end()
  }
}
