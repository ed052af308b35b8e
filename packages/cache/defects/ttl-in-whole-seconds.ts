import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions, Lifetime } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { SharedTier } from '../src/reference/shared-tier.ts'

export default defineDefect(cache, {
  name: 'ttl-in-whole-seconds',
  breaks: ['cache.ttl.served-until-expiry', 'cache.sla.ttl#accuracy'],
  description: 'Milliseconds are cut off to whole seconds on their way to Redis, so entries end early.',
  incident: {
    title: 'micronaut-redis #3: expirations in milliseconds were set with EX, and 500 ms became 0 s',
    url: 'https://github.com/micronaut-projects/micronaut-redis/pull/3',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { sharedTier: (...parts) => new SecondsTier(...parts) }),
})

class SecondsTier extends SharedTier {
  override async write(redisKey: string, encoded: Buffer, lifetime: Lifetime): Promise<void> {
    await super.write(redisKey, encoded, 'ttlMs' in lifetime ? { ttlMs: wholeSeconds(lifetime.ttlMs) } : lifetime)
  }

  override async fulfil(redisKey: string, token: string, encoded: Buffer, ttlMs: number): Promise<boolean> {
    return await super.fulfil(redisKey, token, encoded, wholeSeconds(ttlMs))
  }
}

function wholeSeconds(ttlMs: number): number {
  return Math.max(1, Math.floor(ttlMs / 1000)) * 1000
}
