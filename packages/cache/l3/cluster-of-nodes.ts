import type { GuaranteeContext, HostedNode, Lease } from '@proving-ground/core-harness/guarantee'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'

export type Context = GuaranteeContext<CacheNode, CacheNodeOptions>
export type Node = HostedNode<CacheNode>

/** Long enough that nothing expires while a test runs. */
export const A_MINUTE = { ttlMs: 60_000 } as const

export function optionsFor(redis: Lease): CacheNodeOptions {
  return { redisUrls: [redis.url], mode: 'single', keyPrefix: redis.keyPrefix! }
}

/** Nodes of one cluster, each in a process of its own. */
export async function hostNodes(context: Context, count: number, options: CacheNodeOptions): Promise<readonly Node[]> {
  return await Promise.all(Array.from({ length: count }, () => context.host(options)))
}

/** Nodes of one cluster on a lease of their own. */
export async function hostCluster(context: Context, count: number): Promise<readonly Node[]> {
  return await hostNodes(context, count, optionsFor(await context.lease('redis')))
}

export function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** Gives the first, then the second, and so on, round and round. */
export function inTurn<One>(ones: readonly One[]): () => One {
  let given = 0
  return () => ones[given++ % ones.length]!
}
