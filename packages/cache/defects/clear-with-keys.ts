import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { escapeForRedisMatch } from '../src/reference/glob.ts'
import { SharedTier } from '../src/reference/shared-tier.ts'

export default defineDefect(cache, {
  name: 'clear-with-keys',
  breaks: ['cache.clear.non-blocking'],
  description: 'The keys to clear are asked for with KEYS, which walks the whole database while everyone waits.',
  incident: {
    title: 'spring-data-redis #1413: RedisCache#clear() calls KEYS',
    url: 'https://github.com/spring-projects/spring-data-redis/issues/1413',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { sharedTier: (...parts) => new KeysTier(...parts) }),
})

class KeysTier extends SharedTier {
  override async *scan(prefix: string): AsyncGenerator<readonly string[]> {
    for (const master of this.connection.masters()) yield await master.keys(`${escapeForRedisMatch(prefix)}*`)
  }
}
