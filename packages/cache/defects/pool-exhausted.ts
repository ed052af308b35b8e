import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'

/** Until then nothing is wrong: the leak takes its time. */
const FIRST_READS = 100
const EVERY = 10

export default defineDefect(cache, {
  name: 'pool-exhausted',
  breaks: ['cache.sla.read-write#success', 'cache.sla.concurrency#success'],
  description: 'Connections are lost one by one; from then on one read of ten finds none and is refused.',
  incident: {
    title: 'redis/jedis #2041: Could not get a resource since the pool is exhausted',
    url: 'https://github.com/redis/jedis/issues/2041',
  },
  open: async (options: CacheNodeOptions): Promise<CacheNode> => {
    const node = await createCacheNode(options)
    let reads = 0
    return {
      ...node,
      async get(key) {
        reads++
        if (reads > FIRST_READS && reads % EVERY === 0) throw new Error('the pool of connections is exhausted')
        return await node.get(key)
      },
    }
  },
})
