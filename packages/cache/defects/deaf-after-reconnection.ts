import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { InvalidationFeed, type FeedOptions } from '../src/reference/invalidation-feed.ts'

export default defineDefect(cache, {
  name: 'deaf-after-reconnection',
  breaks: ['cache.faults.redis-restart', 'cache.faults.redis-pause'],
  description: 'After a lost connection the node drops its copies and connects again, but does not subscribe again.',
  incident: {
    title: 'nextjs-turbo-redis-cache #88: fix: subscriber reconnect after Redis outage',
    url: 'https://github.com/trieb-work/nextjs-turbo-redis-cache/pull/88',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { feed: (settings) => new InvalidationFeed(deafOnceLost(settings)) }),
})

function deafOnceLost(settings: FeedOptions): FeedOptions {
  let subscriptionsAndLosses = 0
  return {
    ...settings,
    missed() {
      subscriptionsAndLosses++
      settings.missed()
    },
    changed(redisKeys) {
      if (subscriptionsAndLosses === 1) settings.changed(redisKeys)
    },
  }
}
