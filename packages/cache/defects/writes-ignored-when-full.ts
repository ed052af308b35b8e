import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'

export default defineDefect(cache, {
  name: 'writes-ignored-when-full',
  breaks: ['cache.sla.read-write#hit-rate', 'cache.performance.effectiveness#hit-rate'],
  description: 'Redis is full and refuses writes; the refusal is not looked at, and every read misses.',
  incident: {
    title: 'pow #546: Every PUT failed with OOM, and the answers were ignored',
    url: 'https://github.com/pow-auth/pow/issues/546',
  },
  open: async (options: CacheNodeOptions): Promise<CacheNode> => {
    const node = await createCacheNode(options)
    return { ...node, set: () => Promise.resolve() }
  },
})
