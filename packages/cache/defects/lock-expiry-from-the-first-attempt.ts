import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions, LockHandle } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { RedisLocks } from '../src/reference/redis-locks.ts'

export default defineDefect(cache, {
  name: 'lock-expiry-from-the-first-attempt',
  breaks: ['cache.lock.expiry'],
  description:
    'The time of a lock counts from the first attempt to get it: who waited is given one that seems to be over already.',
  incident: {
    title: 'node-redlock #296: Expiration time is in the past',
    url: 'https://github.com/mike-marcacci/node-redlock/issues/296',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { locks: (settings) => new ImpatientLocks(settings) }),
})

class ImpatientLocks extends RedisLocks {
  override async acquire(name: string, options: { ttlMs: number; waitMs?: number }): Promise<LockHandle | undefined> {
    const firstAttemptMs = this.options.now()
    const handle = await super.acquire(name, options)
    return handle && { ...handle, expiresInMs: this.claim(firstAttemptMs, options.ttlMs) }
  }
}
