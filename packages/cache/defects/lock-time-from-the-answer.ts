import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { RedisLocks } from '../src/reference/redis-locks.ts'

export default defineDefect(cache, {
  name: 'lock-time-from-the-answer',
  breaks: ['cache.lock.expiry'],
  description:
    'The time of a lock counts from when the answer arrived: the holder believes in it for longer than Redis.',
  incident: {
    title: 'redsync #72: Potential bug of ValidContext/Valid',
    url: 'https://github.com/go-redsync/redsync/issues/72',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { locks: (settings) => new GenerousLocks(settings) }),
})

class GenerousLocks extends RedisLocks {
  protected override claim(_sentAtMs: number, ttlMs: number): number {
    return ttlMs
  }
}
