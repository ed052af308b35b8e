import { defineAdapter } from '@proving-ground/core-harness/guarantee/adapter'
import { BentoCache, bentostore, errors } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { Cluster, Redis } from 'ioredis'
import { once } from 'node:events'
import { deserialize, serialize } from 'node:v8'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions, CacheValue } from '../src/contract.ts'
import { NotSupportedError } from '../src/not-supported-error.ts'

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
 *
 * It has no globs and counts nothing: clearing `*` clears the namespace, anything else is refused. It cannot keep
 * the remaining TTL of an entry, has no write fence and no LLM cache. It accepts a Redis Cluster as its connection.
 */
export default defineAdapter(cache, {
  name: 'bentocache',
  offers: ['cluster', 'sessions'],
  async open(options: CacheNodeOptions): Promise<CacheNode> {
    const connection = await connect(options)
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

    return {
      get: ({ tenant, key }) => ofTenant(tenant).get<CacheValue | undefined>({ key }),
      async set({ tenant, key }, value, lifetime) {
        if (!('ttlMs' in lifetime))
          throw new NotSupportedError(LIBRARY, 'keep the remaining TTL of an entry', 'it does not tell what remains')
        await ofTenant(tenant).set({ key, value, ttl: lifetime.ttlMs })
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
          return await ofTenant(tenant).getOrSet<CacheValue>({ key, factory: load, ttl: ttlMs })
        } catch (error) {
          // The library wraps what the loader threw.
          throw error instanceof errors.E_FACTORY_ERROR ? error.cause : error
        }
      },
      update: () => Promise.reject(new NotSupportedError(LIBRARY, 'fence a write', 'it has no such operation')),
      sessions: {
        async start(sessionId, data, { ttlMs }) {
          await sessions.set({ key: sessionId, value: data, ttl: ttlMs })
        },
        get: (sessionId) => sessions.get<CacheValue | undefined>({ key: sessionId }),
        async end(sessionId) {
          await sessions.delete({ key: sessionId })
        },
      },
      llm: {
        respond: () => Promise.reject(new NotSupportedError(LIBRARY, 'answer prompts', 'it caches values by key')),
      },
      close: () => bento.disconnectAll(),
    }
  },
})

async function connect({ mode, redisUrls }: CacheNodeOptions): Promise<Redis | Cluster> {
  const connection = mode === 'cluster' ? new Cluster([...redisUrls]) : new Redis(redisUrls[0]!)
  await once(connection, 'ready')
  return connection
}
