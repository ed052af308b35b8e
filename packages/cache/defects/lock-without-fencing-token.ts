import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { RedisLocks } from '../src/reference/redis-locks.ts'

export default defineDefect(cache, {
  name: 'lock-without-fencing-token',
  breaks: ['cache.lock.mutual-exclusion'],
  description:
    'A lock has a TTL and no fencing token: a holder that slept beyond it writes on, and nothing can tell it from the next.',
  incident: {
    title: 'bsm/redislock #93: Proposal: optional fencing token minted atomically on Obtain',
    url: 'https://github.com/bsm/redislock/issues/93',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { locks: (settings) => new UnfencedLocks(settings) }),
})

class UnfencedLocks extends RedisLocks {
  protected override async attempt(name: string, ttlMs: number): ReturnType<RedisLocks['attempt']> {
    const attempt = await super.attempt(name, ttlMs)
    return { ...attempt, token: attempt.token && 0 }
  }
}
