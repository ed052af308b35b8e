import { defineContract } from '@proving-ground/core-harness/guarantee/contract'
import { sla } from './sla.ts'

/**
 * What a value may be: JSON, or bytes. `undefined` is never a value; it is the answer for "not here", and storing it is
 * refused with a TypeError.
 */
export type CacheValue =
  null | boolean | number | string | Uint8Array | readonly CacheValue[] | { readonly [field: string]: CacheValue }

/** A key belongs to a tenant. The two parts are any strings, and no two different pairs ever meet. */
export interface CacheKey {
  readonly tenant: string
  readonly key: string
}

/** Milliseconds that a value may be served from now on; `keepTtl` replaces the value and lets its remaining time run on. */
export type Lifetime = { readonly ttlMs: number } | { readonly keepTtl: true }

/** How a node is opened. All nodes of a cluster share `redisUrls` and `keyPrefix`. */
export interface CacheNodeOptions {
  /** One URL for a single Redis; the masters' URLs for a Redis Cluster. */
  readonly redisUrls: readonly string[]
  readonly mode: 'single' | 'cluster'
  /** Begins every key and channel that the node uses, so that several leases can share a server. */
  readonly keyPrefix: string
  /** Entries that the local tier holds at most. */
  readonly localEntries?: number
  /** How the semantic tier of the LLM cache judges and bounds; the adapter's defaults otherwise. */
  readonly llm?: LlmCacheOptions
}

export interface LlmCacheOptions {
  /** Cosine similarity from which an answer to another prompt is served, 0 to 1. */
  readonly similarityThreshold?: number
  /** Entries kept for one scope; the least recently used goes first. */
  readonly maxEntriesPerScope?: number
}

/** One node of the cache. A cluster of them must look like one cache, within the bounds that the guarantees state. */
export interface CacheNode {
  get(key: CacheKey): Promise<CacheValue | undefined>
  set(key: CacheKey, value: CacheValue, lifetime: Lifetime): Promise<void>
  delete(key: CacheKey): Promise<void>
  /**
   * Removes the tenant's keys that match a glob: `*` any run of characters, `?` one character, `\` takes the next
   * character literally; everything else is literal. Resolves with how many were removed from the shared tier.
   */
  clear(tenant: string, pattern: string): Promise<number>
  /** Serves the value, or loads it once for all callers of all nodes, stores it for `ttlMs` and serves it. */
  getOrLoad(key: CacheKey, load: () => Promise<CacheValue>, lifetime: { readonly ttlMs: number }): Promise<CacheValue>
  /**
   * Capability `write-fence`: runs `commit`, which changes the source of truth, and invalidates the key so that nothing
   * read from the source before the commit outlives it. Resolves with what `commit` resolves with.
   */
  update<Result>(key: CacheKey, commit: () => Promise<Result>): Promise<Result>
  /** Capability `sessions`. */
  readonly sessions: SessionCache
  /** Capability `locks`. */
  readonly locks: LockService
  /** Capability `llm-cache`. */
  readonly llm: LlmResponseCache
  close(): Promise<void>
}

/** User sessions, shared by services: whichever node is asked, the answer is the same within the bound. */
export interface SessionCache {
  start(sessionId: string, data: CacheValue, lifetime: { readonly ttlMs: number }): Promise<void>
  get(sessionId: string): Promise<CacheValue | undefined>
  end(sessionId: string): Promise<void>
}

/**
 * Locks with a time to live, for all nodes. A holder that is paused, or cut off, beyond that time cannot know that its lock
 * has gone to another: what the lock guards must refuse a `token` below one that it has seen.
 */
export interface LockService {
  /** Waits for a lock for `waitMs` at most, not at all by default; undefined when others held it all that time. */
  acquire(name: string, options: { readonly ttlMs: number; readonly waitMs?: number }): Promise<LockHandle | undefined>
  /**
   * Starts the time to live anew. The handle that it resolves with takes the place of the old one, which is of no use any more;
   * undefined when this is not the handle of who holds the lock.
   */
  extend(handle: LockHandle, options: { readonly ttlMs: number }): Promise<LockHandle | undefined>
  /** False, and without effect, when this is not the handle of who holds the lock. */
  release(handle: LockHandle): Promise<boolean>
}

/** The right of one holder: a value, with which another process or node can go on. */
export interface LockHandle {
  readonly name: string
  /** Proves the right; nobody can guess it, and an extension changes it. */
  readonly secret: string
  /** Fencing token: of two acquisitions of a name the later has the greater. An extension keeps it. */
  readonly token: number
  /** Milliseconds, from when the handle was given, for which nobody else gets the lock. */
  readonly expiresInMs: number
}

/** A call of a language model. All but `prompt` make up the scope: answers never cross from one scope to another. */
export interface LlmRequest {
  readonly tenant: string
  readonly model: string
  readonly temperature: number
  readonly systemPrompt: string
  readonly tools: readonly CacheValue[]
  readonly prompt: string
}

export interface LlmAnswer {
  readonly served: 'exact' | 'semantic' | 'miss'
  /** The answer as the model streamed it, chunk by chunk: live on a miss, replayed on a hit. */
  readonly chunks: AsyncIterable<string>
}

export interface LlmResponseCache {
  /** Serves a stored answer, or calls the model, streams its chunks through, and stores them once the stream is complete. */
  respond(
    request: LlmRequest,
    callModel: () => Promise<AsyncIterable<string>>,
    lifetime: { readonly ttlMs: number },
  ): Promise<LlmAnswer>
}

/** The longest that a node may serve what was deleted or replaced, counted from the acknowledgement. */
export const INVALIDATION_BOUND_MS = 50
/** How far from its TTL an entry may end: never later, and no earlier than this. */
export const TTL_TOLERANCE_MS = 100

const invalidation = {
  level: 'L3',
  segment: 'All',
  businessGoal: 'Nobody acts on what is no longer true',
  protectedMonthlyRevenueUsd: 25_000,
} as const
const llm = {
  level: 'L3',
  segment: 'All',
  businessGoal: 'Fewer paid model calls without a wrong answer',
  protectedMonthlyRevenueUsd: 100_000,
  requires: ['llm-cache'],
} as const
const lock = {
  level: 'L3',
  segment: 'All',
  businessGoal: 'What must be done by one is never done by two',
  protectedMonthlyRevenueUsd: 50_000,
  requires: ['locks'],
} as const
const isolation = {
  level: 'L3',
  segment: 'Enterprise',
  businessGoal: 'No tenant ever reads another tenant',
  protectedMonthlyRevenueUsd: 200_000,
} as const

export const cache = defineContract({
  name: 'cache',
  capabilities: ['write-fence', 'cluster', 'sessions', 'locks', 'llm-cache'],
  control: 'cache.load.slow-isolated',
  guarantees: {
    'cache.ttl.served-until-expiry': {
      ...invalidation,
      statement: 'A value is served, by every node, until 100 ms before its TTL ends',
    },
    'cache.ttl.never-after-expiry': {
      ...invalidation,
      statement: 'No node serves a value once 100 ms have passed since its TTL ended',
    },
    'cache.ttl.local-never-outlives-shared': {
      ...invalidation,
      statement: 'A copy in a node ends no later than the entry in Redis, however late the copy was made',
    },
    'cache.ttl.rewrite-rules': {
      ...invalidation,
      statement: 'Rewriting with a TTL starts it anew; rewriting with keepTtl lets the remaining time run on',
    },
    'cache.invalidation.no-stale-read': {
      ...invalidation,
      statement: 'From 50 ms after a delete is acknowledged, no node serves the deleted value',
    },
    'cache.invalidation.no-stale-set': {
      ...invalidation,
      statement: 'A loader that read the source before a delete cannot put the old value back after it',
    },
    'cache.invalidation.commit-order': {
      ...invalidation,
      statement: 'What readers loaded before a writer committed is gone once the update is acknowledged',
      requires: ['write-fence'],
    },
    'cache.invalidation.survives-connection-loss': {
      ...invalidation,
      statement: 'A node that lost its connection to Redis serves nothing that was invalidated meanwhile',
    },
    'cache.invalidation.survives-pause': {
      ...invalidation,
      statement: 'A node that was paused (SIGSTOP) serves nothing stale after it resumes',
    },
    'cache.faults.redis-restart': {
      ...invalidation,
      statement:
        'While Redis is killed and comes back empty, no node serves what was replaced or deleted, and no session goes back',
    },
    'cache.faults.redis-pause': {
      ...invalidation,
      statement:
        'While Redis stands still for 2 s, and after it, nothing acknowledged is lost and nothing replaced or deleted is served',
    },
    'cache.faults.connection-cut': {
      ...invalidation,
      statement:
        'While a node is cut off again and again, nothing acknowledged is lost and nothing replaced or deleted is served',
    },
    'cache.faults.node-pause': {
      ...invalidation,
      statement:
        'While a node is paused again and again, nothing acknowledged is lost and nothing replaced or deleted is served',
    },
    'cache.clear.exact': {
      ...invalidation,
      statement: 'Clearing a pattern removes all that match and nothing else, also with glob characters in keys',
    },
    'cache.clear.non-blocking': {
      ...invalidation,
      statement: 'Clearing 100,000 keys never holds Redis for long: no KEYS, and no single command does the bulk',
    },
    'cache.clear.cluster': {
      ...invalidation,
      statement: 'On a Redis Cluster, clearing a pattern reaches every master and removes nothing else',
      requires: ['cluster'],
    },
    'cache.nodes.write-visible': {
      ...invalidation,
      statement: 'From 50 ms after a write is acknowledged, three other nodes serve what was written',
    },
    'cache.nodes.converge': {
      ...invalidation,
      statement: 'After 500 concurrent mixed operations all nodes and Redis hold the same',
    },
    'cache.load.single-flight': {
      ...invalidation,
      statement: '100 concurrent misses of one key over three nodes load it once',
      businessGoal: 'A cold key does not stampede the database',
    },
    'cache.load.failure-not-cached': {
      ...invalidation,
      statement: 'A failed load reaches its callers as that failure, and the next call loads again',
      businessGoal: 'An outage ends when it ends',
    },
    'cache.load.slow-isolated': {
      ...invalidation,
      statement: 'A slow load of one key delays no other key, on any node',
      businessGoal: 'One slow query does not stop the product',
    },
    'cache.tenant.isolation': {
      ...isolation,
      statement: 'No canary of one tenant comes back to another, also with tenants and keys crafted to collide',
    },
    'cache.eviction.never-wrong': {
      ...invalidation,
      statement: 'Under maxmemory eviction a read gives the exact value or none',
      businessGoal: 'Memory pressure costs speed, never truth',
    },
    'cache.values.round-trip': {
      ...invalidation,
      statement: 'Unicode, binary, empty, deep and 5 MB values come back exactly, from any node',
      businessGoal: 'What was stored is what is served',
    },
    'cache.values.undefined-refused': {
      ...invalidation,
      statement: 'Storing undefined is refused with an error that says so, and changes nothing',
      businessGoal: 'A bug in a caller is found at the call',
    },
    'cache.session.coherent-logout': {
      ...isolation,
      statement: 'From 50 ms after a logout is acknowledged on one node, the session is over on every node',
      businessGoal: 'A logout ends access everywhere',
      protectedMonthlyRevenueUsd: 75_000,
      requires: ['sessions'],
    },
    'cache.lock.mutual-exclusion': {
      ...lock,
      statement:
        'Of a lock there is one holder at a time, and what it guards can tell a holder whose time ran out while it was paused',
    },
    'cache.lock.owner-only': {
      ...lock,
      statement: 'Only the handle of who holds a lock releases it; a handle whose time ran out frees nobody else’s',
    },
    'cache.lock.expiry': {
      ...lock,
      statement:
        'A handle claims its lock for no longer than nobody else gets it, and for all of its TTL however long it waited',
    },
    'cache.lock.extension': {
      ...lock,
      statement: 'An extension holds the lock and makes the old handle useless; after expiry it is refused',
    },
    'cache.llm.exact-hit': {
      ...llm,
      statement: 'The same request is answered from the cache, on any node, without a call of the model',
    },
    'cache.llm.semantic-hit': {
      ...llm,
      statement: 'A paraphrase above the similarity threshold is answered from the cache; one below it never is',
    },
    'cache.llm.scope-isolation': {
      ...llm,
      statement: 'No answer crosses tenants, models, temperatures, system prompts or tool lists',
      segment: 'Enterprise',
    },
    'cache.llm.ttl': {
      ...llm,
      statement: 'No answer, exact or semantic, is served once 100 ms have passed since its TTL ended',
    },
    'cache.llm.lru-eviction': {
      ...llm,
      statement: 'A full scope gives up its least recently used answers, and keeps its bound',
    },
    'cache.llm.stream-replay': {
      ...llm,
      statement: 'A streamed answer is replayed chunk by chunk; one that was cut is never stored',
    },
    'cache.llm.savings': {
      ...llm,
      statement:
        'At least 40 % of the calls of the sample workload are answered from the cache, each with a right answer',
    },
    ...sla,
  },
})
