import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { SharedTier } from '../src/reference/shared-tier.ts'

export default defineDefect(cache, {
  name: 'clear-one-master',
  breaks: ['cache.clear.cluster'],
  description: 'SCAN goes to one node of the cluster, and the keys of the other masters stay.',
  incident: {
    title: 'ioredis #1884: Scan not return all keys on Redis Cluster',
    url: 'https://github.com/redis/ioredis/issues/1884',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { sharedTier: (...parts) => new OneMasterTier(...parts) }),
})

class OneMasterTier extends SharedTier {
  override async *scan(prefix: string): AsyncGenerator<readonly string[]> {
    yield* this.scanMaster(this.connection.masters()[0]!, prefix)
  }
}
