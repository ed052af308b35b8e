import type { GuaranteeContext } from '@proving-ground/core-harness/guarantee'
import { randomUUID } from 'node:crypto'
import type { CacheKey, CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { CacheHttpClient } from '../src/http/client.ts'
import cacheService from '../src/staging.ts'

export type Context = GuaranteeContext<CacheNode, CacheNodeOptions>

/** Long enough that nothing expires while a workload runs. */
export const FIVE_MINUTES = { ttlMs: 300_000 } as const

/** Two services of one cache, as they are deployed, and a client for each. */
export interface Services {
  readonly first: CacheHttpClient
  readonly second: CacheHttpClient
  /** One and the other in turn. */
  readonly at: (index: number) => CacheHttpClient
  /** A key of this test: what others keep on the same stack is never met. */
  readonly key: (name: string) => CacheKey
}

export async function openServices(context: Context): Promise<Services> {
  const staging = await context.staging(cacheService, { instances: 2 })
  const clients = staging.instances.map(({ url, token }) => new CacheHttpClient(url, { token, connections: 256 }))
  context.onCleanup(async () => void (await Promise.all(clients.map((client) => client.close()))))
  const tenant = `load-${randomUUID()}`
  const at = (index: number): CacheHttpClient => clients[index % clients.length]!
  return { first: at(0), second: at(1), at, key: (key) => ({ tenant, key }) }
}
