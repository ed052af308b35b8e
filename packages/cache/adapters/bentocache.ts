import { defineAdapter } from '@proving-ground/core-harness/guarantee/adapter'
import { BentoCache, bentostore, errors } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { Cluster } from 'ioredis'
import type { Redis } from 'ioredis'
import { setTimeout as delay } from 'node:timers/promises'
import { deserialize, serialize } from 'node:v8'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions, CacheValue } from '../src/contract.ts'
import { noLocks } from '../src/no-locks.ts'
import { NotSupportedError } from '../src/not-supported-error.ts'
import { connectPlainly } from '../src/plain-redis.ts'

const LIBRARY = 'bentocache 1.6'

/**
 * bentocache (https://bentocache.dev), as its guide sets up a multi-tier cache: memory, then Redis, and a Redis bus that
 * tells the other nodes what to drop.
 *
 * - Tenants are namespaces, one cache object each, because locks against stampedes live in that object.
 * - A serializer, since the default is JSON, which loses bytes. Structured clone, as base64: the Redis driver reads text.
 * - `suppressL2Errors: false`: what is acknowledged has reached Redis. By default a failed write or delete is only logged.
 * - Grace periods stay off (the default): they serve what has expired.
 * - The bus's retry queue stays on (the default).
 * - The bus has a channel of a fixed name and the store's; the store is named after the key prefix.
 * - keepTtl is not in the library, which does not tell what remains: each value is stored beside the time when it ends,
 *   as an application would do. Reading that and writing it back are two steps.
 *
 * It has no globs and counts nothing: clearing `*` clears the namespace, anything else is refused. It has no write fence
 * and no LLM cache. It accepts a Redis Cluster as its connection.
 */
export default defineAdapter(cache, {
  name: 'bentocache',
  offers: ['cluster', 'sessions'],
  async open(options: CacheNodeOptions): Promise<CacheNode> {
    const connection = await connectPlainly(options)
    const subscribersBefore = await countSubscribers(connection, options.keyPrefix)
    const bento = new BentoCache({
      default: options.keyPrefix,
      prefix: options.keyPrefix,
      serializer: {
        serialize: (value: unknown) => serialize(value).toString('base64'),
        deserialize: (text: string) => deserialize(Buffer.from(text, 'base64')) as unknown,
      },
      suppressL2Errors: false,
      stores: {
        [options.keyPrefix]: bentostore()
          .useL1Layer(memoryDriver({ maxItems: options.localEntries ?? 10_000 }))
          .useL2Layer(redisDriver({ connection }))
          .useBus(redisBusDriver({ connection: connection as Redis })),
      },
    })
    const namespaces = new Map<string, ReturnType<typeof bento.namespace>>()
    const namespace = (name: string): ReturnType<typeof bento.namespace> => {
      const known = namespaces.get(name) ?? bento.namespace(name)
      namespaces.set(name, known)
      return known
    }
    const ofTenant = (tenant: string): ReturnType<typeof bento.namespace> => namespace(`tenants:${tenant}`)
    const sessions = namespace('sessions')
    // The library does not tell when its bus has subscribed, and closing it before that ends the process.
    for (const untilMs = performance.now() + 2000; performance.now() < untilMs; await delay(5))
      if ((await countSubscribers(connection, options.keyPrefix)) > subscribersBefore) break

    async function set(
      of: ReturnType<typeof bento.namespace>,
      key: string,
      value: CacheValue,
      ttl: number,
    ): Promise<void> {
      await of.set({ key, value: expiring(value, ttl), ttl })
    }

    return {
      get: async ({ tenant, key }) => (await ofTenant(tenant).get<Expiring | undefined>({ key }))?.value,
      async set({ tenant, key }, value, lifetime) {
        if ('ttlMs' in lifetime) return set(ofTenant(tenant), key, value, lifetime.ttlMs)
        const stored = await ofTenant(tenant).get<Expiring | undefined>({ key })
        if (stored) await set(ofTenant(tenant), key, value, stored.endsAtMs - Date.now())
      },
      async delete({ tenant, key }) {
        await ofTenant(tenant).delete({ key })
      },
      async clear(tenant, pattern) {
        if (pattern !== '*') throw new NotSupportedError(LIBRARY, 'clear a pattern', 'it clears whole namespaces only')
        await ofTenant(tenant).clear()
        return Number.NaN
      },
      async getOrLoad({ tenant, key }, load, { ttlMs }) {
        try {
          const factory = async (): Promise<Expiring> => expiring(await load(), ttlMs)
          return (await ofTenant(tenant).getOrSet({ key, factory, ttl: ttlMs })).value
        } catch (error) {
          // The library wraps what the loader threw.
          throw error instanceof errors.E_FACTORY_ERROR ? error.cause : error
        }
      },
      update: () => Promise.reject(new NotSupportedError(LIBRARY, 'fence a write', 'it has no such operation')),
      sessions: {
        start: (sessionId, data, { ttlMs }) => set(sessions, sessionId, data, ttlMs),
        get: async (sessionId) => (await sessions.get<Expiring | undefined>({ key: sessionId }))?.value,
        async end(sessionId) {
          await sessions.delete({ key: sessionId })
        },
      },
      locks: noLocks(LIBRARY),
      llm: {
        respond: () => Promise.reject(new NotSupportedError(LIBRARY, 'answer prompts', 'it caches values by key')),
      },
      close: () => bento.disconnectAll(),
    }
  },
})

async function countSubscribers(connection: Redis | Cluster, store: string): Promise<number> {
  const channel = `bentocache.notifications:${store}`
  const servers = connection instanceof Cluster ? connection.nodes('master') : [connection]
  const counts = await Promise.all(servers.map((server) => server.pubsub('NUMSUB', channel)))
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}

interface Expiring {
  readonly value: CacheValue
  readonly endsAtMs: number
}

/** A value beside its end. Without a value there is nothing to wrap, and the library refuses it as it would. */
function expiring(value: CacheValue, ttlMs: number): Expiring {
  return value === undefined ? (undefined as never) : { value, endsAtMs: Date.now() + ttlMs }
}
