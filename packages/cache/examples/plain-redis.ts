import { defineAdapter } from '@proving-ground/core-harness/guarantee'
import { Redis } from 'ioredis'

import { cache } from '../src/contract.ts'
import type { CacheKey, CacheNode, CacheNodeOptions, CacheValue, Lifetime } from '../src/contract.ts'

/** A cache as many services have it: Redis and nothing else. Each node is a client. */
async function open({ redisUrls: [url = ''], keyPrefix }: CacheNodeOptions): Promise<CacheNode> {
  const redis = new Redis(url)
  await redis.ping()
  const nameOf = ({ tenant, key }: CacheKey): string => `${keyPrefix}${JSON.stringify(tenant)}:${key}`

  async function get(key: CacheKey): Promise<CacheValue | undefined> {
    const text = await redis.get(nameOf(key))
    return text === null ? undefined : (JSON.parse(text) as CacheValue)
  }

  async function set(key: CacheKey, value: CacheValue, lifetime: Lifetime): Promise<void> {
    if (value === undefined) throw new TypeError('undefined is no value: use delete')
    if ('keepTtl' in lifetime) await redis.set(nameOf(key), JSON.stringify(value), 'KEEPTTL')
    else await redis.set(nameOf(key), JSON.stringify(value), 'PX', lifetime.ttlMs)
  }

  return {
    get,
    set,
    delete: async (key) => void (await redis.del(nameOf(key))),
    clear: () => Promise.reject(new Error('this cache cannot clear by pattern')),
    async getOrLoad(key, load, lifetime) {
      const known = await get(key)
      if (known !== undefined) return known
      const value = await load()
      await set(key, value, lifetime)
      return value
    },
    close: async () => void (await redis.quit()),
    ...withoutOptionalParts,
  }
}

/** What this cache does not have. It offers no capability, so nothing of this is ever called. */
const withoutOptionalParts = {} as Pick<CacheNode, 'update' | 'sessions' | 'locks' | 'llm'>

export default defineAdapter(cache, { name: 'plain-redis', open })
