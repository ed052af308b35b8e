import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { Clearing } from '../src/reference/clearing.ts'

export default defineDefect(cache, {
  name: 'clear-with-raw-pattern',
  breaks: ['cache.clear.exact'],
  description: "The tenant and the pattern become Redis' MATCH as they are, where brackets and stars mean something.",
  incident: {
    title: 'redis-vl-python #702: escape glob metacharacters in SCAN match patterns',
    url: 'https://github.com/redis/redis-vl-python/pull/702',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { clearing: (...parts) => new RawClearing(...parts) }),
})

class RawClearing extends Clearing {
  override async clear(tenant: string, pattern: string): Promise<number> {
    let removed = 0
    for (const master of this.store.shared.connection.masters())
      for await (const batch of master.scanStream({ match: this.keyspace.ofTenant(tenant) + pattern, count: 1_000 }))
        removed += await this.store.remove(batch as string[])
    return removed
  }
}
