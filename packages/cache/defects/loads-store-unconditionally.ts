import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { SharedTier } from '../src/reference/shared-tier.ts'

export default defineDefect(cache, {
  name: 'loads-store-unconditionally',
  breaks: ['cache.invalidation.no-stale-set'],
  description: 'A load stores what it read, whatever was deleted or written since it read it.',
  incident: {
    title: 'guava #1881: Concurrency issue between get(key, valueLoader) and invalidate(key)',
    url: 'https://github.com/google/guava/issues/1881',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { sharedTier: (...parts) => new UnconditionalTier(...parts) }),
})

class UnconditionalTier extends SharedTier {
  override async fulfil(redisKey: string, _token: string, encoded: Buffer, ttlMs: number): Promise<boolean> {
    await this.write(redisKey, encoded, { ttlMs })
    return true
  }
}
