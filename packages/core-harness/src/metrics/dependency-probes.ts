import type { ResourceFigure, ResourceProbe } from './resource-probe.ts'

/**
 * Clients, memory, and what was found, missed and evicted, of a Redis server.
 *
 * @param info answers `INFO` of the whole server: `() => redis.info()`
 */
export function redisProbe(info: () => Promise<string>): ResourceProbe {
  return async () => figuresOfRedis(await info())
}

/** @throws Error when a field is missing */
export function figuresOfRedis(info: string): ResourceFigure[] {
  const field = (name: string): number => {
    const [, value] = new RegExp(`^${name}:(\\d+)\\r?$`, 'm').exec(info) ?? []
    if (value === undefined) throw new Error(`INFO of Redis has no ${name}`)
    return Number(value)
  }
  const rate = { unit: 'per-second', cumulative: true } as const
  return [
    { metric: 'connections', unit: 'count', value: field('connected_clients') },
    { metric: 'used-memory', unit: 'bytes', value: field('used_memory') },
    { metric: 'hits', value: field('keyspace_hits'), ...rate },
    { metric: 'misses', value: field('keyspace_misses'), ...rate },
    { metric: 'evictions', value: field('evicted_keys'), ...rate },
  ]
}

/** Of the database that one is connected to (PostgreSQL, `pg_stat_database`); counts can be a second old. */
const POSTGRES_COUNTS =
  'SELECT numbackends, xact_commit, xact_rollback, blks_hit, blks_read FROM pg_stat_database WHERE datname = current_database()'

/**
 * Connections, transactions and blocks of a PostgreSQL database.
 *
 * @param query runs one statement: `(sql) => pool.query(sql)`
 */
export function postgresProbe(
  query: (sql: string) => Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>,
): ResourceProbe {
  return async () => {
    const [row] = (await query(POSTGRES_COUNTS)).rows
    const field = (name: string): number => {
      // The driver gives a bigint as a text.
      const value = Number(row?.[name] ?? NaN)
      if (Number.isNaN(value)) throw new Error(`pg_stat_database has no ${name}`)
      return value
    }
    const rate = { unit: 'per-second', cumulative: true } as const
    return [
      { metric: 'connections', unit: 'count', value: field('numbackends') },
      { metric: 'commits', value: field('xact_commit'), ...rate },
      { metric: 'rollbacks', value: field('xact_rollback'), ...rate },
      { metric: 'blocks-hit', value: field('blks_hit'), ...rate },
      { metric: 'blocks-read', value: field('blks_read'), ...rate },
    ]
  }
}
