import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'

const FOREVER = { ttlMs: 3_600_000 } as const
const EVERY = 10

export default defineDefect(cache, {
  name: 'some-keys-never-expire',
  breaks: ['cache.sla.ttl#accuracy', 'cache.sla.ttl#evicted'],
  description: 'One write of ten loses its TTL in a race of two commands.',
  incident: {
    title: 'redis-rate-limiter #1: A key expires between two commands, and the second makes it without a TTL',
    url: 'https://github.com/Tabcorp/redis-rate-limiter/issues/1',
  },
  open: async (options: CacheNodeOptions): Promise<CacheNode> => {
    const node = await createCacheNode(options)
    let writes = 0
    return {
      ...node,
      async set(key, value, lifetime) {
        writes++
        await node.set(key, value, writes % EVERY === 0 ? FOREVER : lifetime)
      },
    }
  },
})
