import { Cluster, Redis } from 'ioredis'
import { once } from 'node:events'
import type { CacheNodeOptions } from './contract.ts'

/** Who a URL says one is; every node of a cluster is told the same. */
export function credentialsOf(url: string): { username?: string; password?: string } {
  const { username, password } = new URL(url)
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  }
}

/** A connection as ioredis makes it when it is told nothing else, for libraries that take one. Ready when it resolves. */
export async function connectPlainly({ mode, redisUrls }: CacheNodeOptions): Promise<Redis | Cluster> {
  const connection =
    mode === 'cluster'
      ? new Cluster([...redisUrls], { redisOptions: credentialsOf(redisUrls[0]!) })
      : new Redis(redisUrls[0]!)
  await once(connection, 'ready')
  return connection
}
