import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { LocalTier, type Fill } from '../src/reference/local-tier.ts'

const LOCAL_TTL_MS = 5_000

export default defineDefect(cache, {
  name: 'copies-get-a-ttl-of-their-own',
  breaks: ['cache.ttl.local-never-outlives-shared'],
  description: "A copy gets the local tier's default TTL, instead of what remains of the entry's in Redis.",
  incident: {
    title: 'cacheable #67: multi_caching causes invalid TTL entries',
    url: 'https://github.com/jaredwray/cacheable/issues/67',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { localTier: (settings) => new DefaultTtlTier(settings) }),
})

class DefaultTtlTier extends LocalTier {
  override keep(fill: Fill, encoded: Buffer): void {
    super.keep(fill, encoded, performance.now() + LOCAL_TTL_MS)
  }
}
