import type { CacheKey } from '../contract.ts'

/** Where everything of one cache lies in Redis. No two different entries, sessions or prefixes share a name. */
export class Keyspace {
  readonly #prefix: string
  /** The channel on which the names of changed Redis keys are published. */
  readonly channel: string
  /** Begins every key of the LLM cache. */
  readonly llmPrefix: string
  /** The Redis key of the last fencing token. */
  readonly lockTokens: string

  constructor(keyPrefix: string) {
    this.#prefix = keyPrefix
    this.channel = `${keyPrefix}c`
    this.llmPrefix = `${keyPrefix}l:`
    this.lockTokens = `${keyPrefix}{x}t`
  }

  /** The Redis key of an entry. */
  entry({ tenant, key }: CacheKey): string {
    return this.ofTenant(tenant) + escapeIllFormed(key)
  }

  /** The Redis key of a session. */
  session(sessionId: string): string {
    return `${this.#prefix}s${escapeIllFormed(sessionId)}`
  }

  /** The Redis key of a lock. The hash tag puts all locks into the slot of `lockTokens`, as a script on a cluster needs it. */
  lock(name: string): string {
    return `${this.#prefix}{x}n${escapeIllFormed(name)}`
  }

  /**
   * Begins the Redis keys of a tenant, and no other key. The tenant's length comes first, so that it is clear where the
   * tenant ends and the key begins, whatever characters the two hold.
   */
  ofTenant(tenant: string): string {
    const escaped = escapeIllFormed(tenant)
    return `${this.#prefix}k${escaped.length}:${escaped}`
  }

  /** The key part of a Redis key that begins with `ofTenant(tenant)`. */
  keyOf(tenant: string, redisKey: string): string {
    return unescapeIllFormed(redisKey.slice(this.ofTenant(tenant).length))
  }
}

/**
 * Half a surrogate pair has no UTF-8 form: the client would send U+FFFD for each, and different keys would meet. They
 * are written as NUL and four hexadecimal digits, and so is NUL itself.
 */
export function escapeIllFormed(text: string): string {
  return text.replace(/[\0\p{Cs}]/gu, (unit) => `\0${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function unescapeIllFormed(text: string): string {
  return text.replace(/\0([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
