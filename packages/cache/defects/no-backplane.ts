import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { InvalidationFeed } from '../src/reference/invalidation-feed.ts'

export default defineDefect(cache, {
  name: 'no-backplane',
  breaks: [
    'cache.invalidation.no-stale-read',
    'cache.nodes.write-visible',
    'cache.session.coherent-logout',
    'cache.sla.invalidation#propagation',
  ],
  description: 'No node hears what others change: their copies live out their TTL.',
  incident: {
    title: 'dotnet/runtime #125602: HybridCache has no mechanism to invalidate L1 entries on other nodes',
    url: 'https://github.com/dotnet/runtime/issues/125602',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { feed: (settings) => new InvalidationFeed({ ...settings, changed: () => undefined }) }),
})
