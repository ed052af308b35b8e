import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions, LockHandle } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { RedisLocks } from '../src/reference/redis-locks.ts'

export default defineDefect(cache, {
  name: 'old-lock-handle-after-extension',
  breaks: ['cache.lock.extension'],
  description: 'An extension gives a new handle and leaves the old one in force, with the end that it had.',
  incident: {
    title: 'node-redlock #103: lock.extend not well documented',
    url: 'https://github.com/mike-marcacci/node-redlock/issues/103',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { locks: (settings) => new LastingHandles(settings) }),
})

class LastingHandles extends RedisLocks {
  override async extend(handle: LockHandle, options: { ttlMs: number }): Promise<LockHandle | undefined> {
    const extended = await super.extend(handle, options)
    if (extended === undefined) return undefined
    const { name, secret } = handle
    await this.client.extendLock(this.options.keyspace.lock(name), extended.secret, secret, options.ttlMs)
    return { ...extended, secret }
  }
}
