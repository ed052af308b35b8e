import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions, LockHandle } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { RedisLocks } from '../src/reference/redis-locks.ts'

export default defineDefect(cache, {
  name: 'expired-lock-extended',
  breaks: ['cache.lock.extension'],
  description: 'Extending sets the key again when the lock ran out and is free: who had it in between is not noticed.',
  incident: {
    title: 'redlock-rb #36: Lock extension via lock method allows extending expired locks',
    url: 'https://github.com/leandromoreira/redlock-rb/issues/36',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { locks: (settings) => new RevivedLocks(settings) }),
})

class RevivedLocks extends RedisLocks {
  override async extend(handle: LockHandle, { ttlMs }: { ttlMs: number }): Promise<LockHandle | undefined> {
    const { keyspace } = this.options
    const extended = await super.extend(handle, { ttlMs })
    if (extended !== undefined) return extended
    const isFree = await this.client.set(keyspace.lock(handle.name), handle.secret, 'PX', ttlMs, 'NX')
    return isFree === null ? undefined : { ...handle, expiresInMs: ttlMs }
  }
}
