import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions, Lifetime } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { SharedTier } from '../src/reference/shared-tier.ts'

export default defineDefect(cache, {
  name: 'ttl-rounded-up',
  breaks: ['cache.ttl.never-after-expiry'],
  description: 'A TTL is rounded up to the whole seconds that SETEX takes, so entries outlive it.',
  incident: {
    title: 'fedify #1034: Round the Redis key–value store TTL up to whole seconds',
    url: 'https://github.com/fedify-dev/fedify/pull/1034',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { sharedTier: (...parts) => new RoundingTier(...parts) }),
})

class RoundingTier extends SharedTier {
  override async write(redisKey: string, encoded: Buffer, lifetime: Lifetime): Promise<void> {
    const rounded = 'ttlMs' in lifetime ? { ttlMs: Math.ceil(lifetime.ttlMs / 1000) * 1000 } : lifetime
    await super.write(redisKey, encoded, rounded)
  }
}
