import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions, LockHandle } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { RedisLocks } from '../src/reference/redis-locks.ts'

export default defineDefect(cache, {
  name: 'unlock-by-plain-del',
  breaks: ['cache.lock.owner-only'],
  description: 'Unlocking deletes the key, whoever holds the lock by now.',
  incident: {
    title: 'nexspence #223: distlock: Release deletes the lock key unconditionally, no ownership check',
    url: 'https://github.com/nexspence/nexspence/issues/223',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { locks: (settings) => new PlainlyDeletedLocks(settings) }),
})

class PlainlyDeletedLocks extends RedisLocks {
  override async release({ name }: LockHandle): Promise<boolean> {
    const { keyspace } = this.options
    return (await this.client.del(keyspace.lock(name))) === 1
  }
}
