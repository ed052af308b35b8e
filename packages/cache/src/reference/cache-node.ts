import type {
  CacheKey,
  CacheNode,
  CacheNodeOptions,
  LlmCacheOptions,
  LlmResponseCache,
  LockService,
} from '../contract.ts'
import { ChangeSignal } from './change-signal.ts'
import { Clearing } from './clearing.ts'
import { codec, type Codec } from './codec.ts'
import { CoherentStore, type CoherentStoreOptions } from './coherent-store.ts'
import { Connection } from './connection.ts'
import { FreshnessLease } from './freshness-lease.ts'
import { InvalidationFeed, type FeedOptions } from './invalidation-feed.ts'
import { Keyspace } from './keyspace.ts'
import { createLlmCache } from './llm/llm-cache.ts'
import { LocalTier } from './local-tier.ts'
import { RedisLocks, type LockOptions } from './redis-locks.ts'
import { checkLifetime, checkOptions, checkTtl, DEFAULT_LOCAL_ENTRIES } from './options.ts'
import { SharedTier } from './shared-tier.ts'
import { SingleFlight, type SingleFlightOptions } from './single-flight.ts'
import { WriteFence } from './write-fence.ts'

/** What a node is made of. Whoever opens a node may replace any part. */
export interface CacheParts {
  codec: Codec
  keyspace(keyPrefix: string): Keyspace
  localTier(options: { readonly entries: number; readonly now: () => number }): LocalTier
  lease(now: () => number): FreshnessLease
  feed(options: FeedOptions): InvalidationFeed
  sharedTier(connection: Connection, channel: string): SharedTier
  store(options: CoherentStoreOptions): CoherentStore
  singleFlight(options: SingleFlightOptions): SingleFlight
  writeFence(store: CoherentStore): WriteFence
  clearing(store: CoherentStore, keyspace: Keyspace): Clearing
  locks(options: LockOptions): LockService
  llm(deps: {
    redis: Connection['client']
    keyPrefix: string
    options: LlmCacheOptions
  }): LlmResponseCache & { close(): Promise<void> }
}

const REFERENCE_PARTS: CacheParts = {
  codec,
  keyspace: (keyPrefix) => new Keyspace(keyPrefix),
  localTier: (options) => new LocalTier(options),
  lease: (now) => new FreshnessLease(now),
  feed: (options) => new InvalidationFeed(options),
  sharedTier: (connection, channel) => new SharedTier(connection, channel),
  store: (options) => new CoherentStore(options),
  singleFlight: (options) => new SingleFlight(options),
  writeFence: (store) => new WriteFence(store),
  clearing: (store, keyspace) => new Clearing(store, keyspace),
  locks: (options) => new RedisLocks(options),
  llm: createLlmCache,
}

/**
 * Opens a node of the reference cache. It is ready when it resolves: connected and subscribed.
 *
 * @throws CacheOptionsError when the options cannot work
 * @throws CacheUnavailableError when Redis was not reached within 5 s
 */
export async function createCacheNode(
  options: CacheNodeOptions,
  replacements: Partial<CacheParts> = {},
): Promise<CacheNode> {
  checkOptions(options)
  const parts = { ...REFERENCE_PARTS, ...replacements }
  const now = (): number => performance.now()
  const keyspace = parts.keyspace(options.keyPrefix)
  const connection = new Connection(options)
  const local = parts.localTier({ entries: options.localEntries ?? DEFAULT_LOCAL_ENTRIES, now })
  const signal = new ChangeSignal()
  const feed = parts.feed({
    connection,
    channel: keyspace.channel,
    createLease: () => parts.lease(now),
    now,
    changed: (redisKeys) => {
      for (const redisKey of redisKeys) {
        local.invalidate(redisKey)
        signal.notify(redisKey)
      }
    },
    missed: () => {
      local.flush()
      signal.notifyAll()
    },
  })
  const shared = parts.sharedTier(connection, keyspace.channel)
  const store = parts.store({ shared, local, isFresh: () => feed.holds(), now })
  const singleFlight = parts.singleFlight({ store, signal, now })
  const writeFence = parts.writeFence(store)
  const clearing = parts.clearing(store, keyspace)
  const locks = parts.locks({ connection, keyspace, signal, now })
  const llm = parts.llm({ redis: connection.client, keyPrefix: keyspace.llmPrefix, options: options.llm ?? {} })

  const close = async (): Promise<void> => {
    await llm.close()
    feed.close()
    await connection.close()
    local.flush()
  }
  try {
    await connection.open()
    await connection.run('subscribe to invalidations', () => feed.open())
  } catch (failure) {
    await close()
    throw failure
  }

  const decode = (encoded: Buffer | undefined) => (encoded === undefined ? undefined : parts.codec.decode(encoded))
  return {
    get: async (key) => decode(await store.read(keyspace.entry(key))),
    async set(key, value, lifetime) {
      const where = describe(key)
      await store.write(keyspace.entry(key), parts.codec.encode(value, where), checkLifetime(lifetime, where))
    },
    async delete(key) {
      await store.remove([keyspace.entry(key)])
    },
    clear: (tenant, pattern) => clearing.clear(tenant, pattern),
    async getOrLoad(key, load, lifetime) {
      const where = describe(key)
      const ttlMs = checkTtl(lifetime.ttlMs, where)
      const loadEncoded = async (): Promise<Buffer> => parts.codec.encode(await load(), where)
      return parts.codec.decode(await singleFlight.getOrLoad(keyspace.entry(key), loadEncoded, ttlMs))
    },
    update: (key, commit) => writeFence.update(keyspace.entry(key), commit),
    sessions: {
      async start(sessionId, data, lifetime) {
        const where = 'a session'
        const encoded = parts.codec.encode(data, where)
        await store.write(keyspace.session(sessionId), encoded, { ttlMs: checkTtl(lifetime.ttlMs, where) })
      },
      get: async (sessionId) => decode(await store.read(keyspace.session(sessionId))),
      async end(sessionId) {
        await store.remove([keyspace.session(sessionId)])
      },
    },
    locks,
    llm,
    close,
  }
}

function describe({ tenant, key }: CacheKey): string {
  return `key ${JSON.stringify(key)} of tenant ${JSON.stringify(tenant)}`
}
