import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { setTimeout as delay } from 'node:timers/promises'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'

const SLOW_MS = 60
/** 3 % of all reads: no median shows them. */
const EVERY = 33

export default defineDefect(cache, {
  name: 'slow-reads',
  breaks: ['cache.sla.read-write#p99'],
  description: 'Three reads of a hundred take sixty milliseconds; the others are quick.',
  incident: {
    title: 'dotnet/extensions #3632: Reads of the Redis cache take about 1 s now and then instead of 5 ms',
    url: 'https://github.com/dotnet/extensions/issues/3632',
  },
  open: async (options: CacheNodeOptions): Promise<CacheNode> => {
    const node = await createCacheNode(options)
    let reads = 0
    return {
      ...node,
      async get(key) {
        reads++
        if (reads % EVERY === 0) await delay(SLOW_MS)
        return await node.get(key)
      },
    }
  },
})
