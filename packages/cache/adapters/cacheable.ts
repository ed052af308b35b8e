import KeyvRedis, { createClient, createCluster } from '@keyv/redis'
import { defineAdapter } from '@proving-ground/core-harness/guarantee/adapter'
import { Cacheable, Keyv, createKeyv } from 'cacheable'
import type { CacheableSyncOptions } from 'cacheable'
import type { Cluster, Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions, CacheValue } from '../src/contract.ts'
import { noLocks } from '../src/no-locks.ts'
import { NotSupportedError } from '../src/not-supported-error.ts'
import { connectPlainly, credentialsOf } from '../src/plain-redis.ts'

const LIBRARY = 'cacheable 2.5'

type MessageProvider = Extract<CacheableSyncOptions['qified'], { readonly subscriptions: unknown }>
type TopicHandler = Parameters<MessageProvider['subscribe']>[1]
type Message = Parameters<TopicHandler['handler']>[0]

/**
 * cacheable (https://cacheable.org), as its guide sets up distributed caching: memory as primary store, `@keyv/redis` as
 * secondary, and CacheableSync, which sends every set and delete to the other nodes.
 *
 * - Tenants are namespaces, an instance each, since a namespace is a property of the instance. All share one connection.
 * - `useKeyPrefix: false` on the secondary and errors that throw, as the guide of `@keyv/redis` advises.
 * - Blocking mode (the default): what is acknowledged has reached Redis.
 * - The message provider is written here against the interface of Qified, over pub/sub of Redis.
 * - `throwErrors` on getOrSet: a failed load is otherwise an event, and `undefined` for the caller.
 * - keepTtl reads what remains and writes it back, which is two steps.
 *
 * It has no globs and counts nothing: clearing `*` clears the namespace, anything else is refused. It has no write fence and
 * no LLM cache. `@keyv/redis` accepts a Redis Cluster.
 */
export default defineAdapter(cache, {
  name: 'cacheable',
  offers: ['cluster', 'sessions'],
  async open(options: CacheNodeOptions): Promise<CacheNode> {
    const client =
      options.mode === 'cluster'
        ? createCluster({
            rootNodes: options.redisUrls.map((url) => ({ url })),
            defaults: credentialsOf(options.redisUrls[0]!),
          })
        : createClient({ url: options.redisUrls[0]! })
    let lastFailure: unknown
    const remember = (error: unknown): void => void (lastFailure = error)
    client.on('error', remember)
    await client.connect()
    const messages = await RedisMessages.connect(options)

    const instances = new Map<string, Cacheable>()
    const instance = (name: string): Cacheable => {
      const namespace = `${options.keyPrefix}${name}`
      const known = instances.get(name)
      if (known) return known
      const secondary = new Keyv({ store: new KeyvRedis(client, { throwOnErrors: true }), useKeyPrefix: false })
      secondary.throwOnErrors = true
      const primary = createKeyv({ lruSize: options.localEntries ?? 10_000 })
      const opened = new Cacheable({ primary, secondary, namespace, sync: { qified: messages } })
      // Without a listener an error event would end the process; operations report theirs below.
      opened.on('error', remember)
      instances.set(name, opened)
      return opened
    }
    const ofTenant = (tenant: string): Cacheable => instance(`tenants:${tenant}`)
    const sessions = instance('sessions')

    /** `set` reports a failure as `false` and an event. */
    async function set(store: Cacheable, key: string, value: CacheValue, ttl: number): Promise<void> {
      if (!(await store.set(key, value, ttl))) throw new Error(`storing failed: ${String(lastFailure)}`)
    }

    return {
      get: ({ tenant, key }) => ofTenant(tenant).get<CacheValue>(key),
      async set({ tenant, key }, value, lifetime) {
        const store = ofTenant(tenant)
        if ('ttlMs' in lifetime) return set(store, key, value, lifetime.ttlMs)
        const expires = (await store.getRaw(key))?.expires
        if (expires) await set(store, key, value, expires - Date.now())
      },
      async delete({ tenant, key }) {
        await ofTenant(tenant).delete(key)
      },
      async clear(tenant, pattern) {
        if (pattern !== '*') throw new NotSupportedError(LIBRARY, 'clear a pattern', 'it clears whole namespaces only')
        await ofTenant(tenant).clear()
        return Number.NaN
      },
      async getOrLoad({ tenant, key }, load, { ttlMs }) {
        const value = await ofTenant(tenant).getOrSet<CacheValue>(key, load, { ttl: ttlMs, throwErrors: true })
        return value as CacheValue
      },
      update: () => Promise.reject(new NotSupportedError(LIBRARY, 'fence a write', 'it has no such operation')),
      sessions: {
        start: (sessionId, data, { ttlMs }) => set(sessions, sessionId, data, ttlMs),
        get: (sessionId) => sessions.get<CacheValue>(sessionId),
        async end(sessionId) {
          await sessions.delete(sessionId)
        },
      },
      locks: noLocks(LIBRARY),
      llm: {
        respond: () => Promise.reject(new NotSupportedError(LIBRARY, 'answer prompts', 'it caches values by key')),
      },
      async close() {
        await messages.disconnect()
        client.destroy()
      },
    }
  },
})

/** Messages of Qified over pub/sub of Redis. */
class RedisMessages implements MessageProvider {
  readonly id = randomUUID()
  readonly subscriptions = new Map<string, TopicHandler[]>()
  readonly #publisher: Redis | Cluster
  readonly #subscriber: Redis | Cluster

  static async connect(options: CacheNodeOptions): Promise<RedisMessages> {
    // In a cluster, too: what is published to one node is published to all.
    const first: CacheNodeOptions = { ...options, mode: 'single', redisUrls: options.redisUrls.slice(0, 1) }
    return new RedisMessages(await connectPlainly(first), await connectPlainly(first))
  }

  private constructor(publisher: Redis | Cluster, subscriber: Redis | Cluster) {
    this.#publisher = publisher
    this.#subscriber = subscriber
    this.#subscriber.on('message', (topic: string, text: string) => {
      const message = { ...(JSON.parse(text) as Omit<Message, 'providerId'>), providerId: this.id }
      for (const { handler } of this.subscriptions.get(topic) ?? []) void handler(message)
    })
  }

  async publish(topic: string, message: Omit<Message, 'providerId'>): Promise<void> {
    await this.#publisher.publish(topic, JSON.stringify(message))
  }

  async subscribe(topic: string, handler: TopicHandler): Promise<void> {
    this.subscriptions.set(topic, [...(this.subscriptions.get(topic) ?? []), handler])
    await this.#subscriber.subscribe(topic)
  }

  async unsubscribe(topic: string): Promise<void> {
    this.subscriptions.delete(topic)
    await this.#subscriber.unsubscribe(topic)
  }

  disconnect(): Promise<void> {
    this.#publisher.disconnect()
    this.#subscriber.disconnect()
    return Promise.resolve()
  }
}
