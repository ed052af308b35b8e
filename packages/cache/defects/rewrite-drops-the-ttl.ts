import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions, Lifetime } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { SharedTier } from '../src/reference/shared-tier.ts'

export default defineDefect(cache, {
  name: 'rewrite-drops-the-ttl',
  breaks: ['cache.ttl.rewrite-rules'],
  description: 'A value is replaced with a plain SET, which discards the TTL: what was to expire stays for ever.',
  incident: {
    title: 'ioredis #1094: calling SET removes the TTL of a record',
    url: 'https://github.com/redis/ioredis/issues/1094',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { sharedTier: (...parts) => new PlainSetTier(...parts) }),
})

class PlainSetTier extends SharedTier {
  override async write(redisKey: string, encoded: Buffer, lifetime: Lifetime): Promise<void> {
    await super.write(redisKey, encoded, lifetime)
    if ('keepTtl' in lifetime) await this.connection.client.persist(redisKey)
  }
}
