import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'

const THE_ONE = 1_000

export default defineDefect(cache, {
  name: 'a-read-that-hangs',
  breaks: ['cache.performance.effectiveness#duration'],
  description: 'One read of a thousand is never answered.',
  incident: {
    title: 'node-redis #902: client.get hangs and never calls its callback',
    url: 'https://github.com/redis/node-redis/issues/902',
  },
  open: async (options: CacheNodeOptions): Promise<CacheNode> => {
    const node = await createCacheNode(options)
    let reads = 0
    return {
      ...node,
      get(key) {
        reads++
        return reads % THE_ONE === 0 ? new Promise(() => undefined) : node.get(key)
      },
    }
  },
})
