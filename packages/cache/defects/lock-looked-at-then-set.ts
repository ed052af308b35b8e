import { randomUUID } from 'node:crypto'
import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { RedisLocks } from '../src/reference/redis-locks.ts'

export default defineDefect(cache, {
  name: 'lock-looked-at-then-set',
  breaks: ['cache.lock.mutual-exclusion'],
  description:
    'Taking a lock looks whether it is free, and then sets it: two that looked at the same time both have it.',
  incident: {
    title: 'mega_mutex #6: Fix race condition when setting mutex key',
    url: 'https://github.com/songkick/mega_mutex/pull/6',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { locks: (settings) => new HastyLocks(settings) }),
})

class HastyLocks extends RedisLocks {
  protected override async attempt(name: string, ttlMs: number): ReturnType<RedisLocks['attempt']> {
    const { keyspace, now } = this.options
    const redisKey = keyspace.lock(name)
    const secret = randomUUID()
    const sentAtMs = now()
    if ((await this.client.get(redisKey)) !== null)
      return { sentAtMs, secret, token: undefined, endsInMs: Math.max(0, await this.client.pttl(redisKey)) }
    await this.client.set(redisKey, secret, 'PX', ttlMs)
    return { sentAtMs, secret, token: await this.client.incr(keyspace.lockTokens), endsInMs: ttlMs }
  }
}
