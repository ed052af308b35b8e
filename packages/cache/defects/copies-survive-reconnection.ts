import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { LocalTier } from '../src/reference/local-tier.ts'

export default defineDefect(cache, {
  name: 'copies-survive-reconnection',
  breaks: ['cache.invalidation.survives-connection-loss', 'cache.faults.connection-cut', 'cache.faults.redis-pause'],
  description:
    'After a lost connection the node subscribes again and keeps its copies; what was published meanwhile is lost.',
  incident: {
    title:
      'redisson #4653: localCachedMap pubsub/updates broken after elasticache cluster maintenance or failover test',
    url: 'https://github.com/redisson/redisson/issues/4653',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { localTier: (settings) => new LastingTier(settings) }),
})

class LastingTier extends LocalTier {
  override flush(): void {}
}
