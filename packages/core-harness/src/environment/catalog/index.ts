import type { Dependency, DependencyName } from '../dependency.ts'

/** Each is loaded when it is first asked for: the client libraries of all would take half a second. */
const catalog: Readonly<Record<DependencyName, () => Promise<Dependency>>> = {
  redis: async () => (await import('./redis.ts')).redis,
  'redis-cluster': async () => (await import('./redis-cluster.ts')).redisCluster,
  postgres: async () => (await import('./postgres.ts')).postgres,
  clickhouse: async () => (await import('./clickhouse.ts')).clickhouse,
  rabbitmq: async () => (await import('./rabbitmq.ts')).rabbitmq,
}

/** What the harness knows about one kind of server. */
export async function loadDependency(name: DependencyName): Promise<Dependency> {
  return await catalog[name]()
}
