import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'

/** What a week of keys that nobody asks for again has grown to. */
const HELD_BYTES = 1_100 * 1024 * 1024

export default defineDefect(cache, {
  name: 'memory-without-bound',
  breaks: ['cache.sla.read-write#memory'],
  description: 'The tier in memory has no bound, and holds what nobody asks for any more.',
  incident: {
    title: 'unjs/ocache #35: The default storage is unbounded, and entries go only by TTL',
    url: 'https://github.com/unjs/ocache/issues/35',
  },
  open: async (options: CacheNodeOptions): Promise<CacheNode> => {
    const node = await createCacheNode(options)
    // Written to, because the kernel gives memory only then.
    const held = Buffer.alloc(HELD_BYTES, 1)
    return {
      ...node,
      async close() {
        held.fill(0, 0, 1) // Held until here.
        await node.close()
      },
    }
  },
})
