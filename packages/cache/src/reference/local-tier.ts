import { LRUCache } from 'lru-cache'

/** Bytes of encoded values that a node keeps at most. */
const LOCAL_BYTES = 128 * 1024 * 1024

interface Copy {
  readonly encoded: Buffer
  readonly expiresAtMs: number
}

/** A read of Redis under way, whose answer is about to be copied. */
export interface Fill {
  readonly redisKey: string
  /** Whether the key was invalidated since the read began, so that its answer may be the old one. */
  overtaken: boolean
}

/**
 * Copies of entries of Redis in the memory of one node, encoded, so that no caller can change what another gets. Expiry
 * is checked here against the clock at each read: lru-cache's own TTL rests on a cached time that a timer renews, and a
 * process that was stopped serves reads before its timers run.
 */
export class LocalTier {
  readonly #copies: LRUCache<string, Copy> | undefined
  readonly #fills = new Map<string, Set<Fill>>()
  readonly #now: () => number

  constructor(options: { readonly entries: number; readonly now: () => number }) {
    this.#now = options.now
    if (options.entries > 0)
      this.#copies = new LRUCache({
        max: options.entries,
        maxSize: LOCAL_BYTES,
        sizeCalculation: (copy, redisKey) => copy.encoded.length + redisKey.length + 1,
      })
  }

  get(redisKey: string): Buffer | undefined {
    const copy = this.#copies?.get(redisKey)
    if (copy === undefined || this.#now() < copy.expiresAtMs) return copy?.encoded
    this.#copies?.delete(redisKey)
    return undefined
  }

  /** Call before the read is sent, and `endFill` when it is over. */
  beginFill(redisKey: string): Fill {
    const fill: Fill = { redisKey, overtaken: false }
    const fills = this.#fills.get(redisKey) ?? new Set()
    this.#fills.set(redisKey, fills.add(fill))
    return fill
  }

  endFill(fill: Fill): void {
    const fills = this.#fills.get(fill.redisKey)
    if (fills?.delete(fill) && fills.size === 0) this.#fills.delete(fill.redisKey)
  }

  /** Keeps what the read gave, unless an invalidation came in between: it may have been sent after the read was answered. */
  keep(fill: Fill, encoded: Buffer, expiresAtMs: number): void {
    // A copy, because the reply is a slice of a network buffer that would stay in memory as a whole.
    if (!fill.overtaken) this.#copies?.set(fill.redisKey, { encoded: Buffer.from(encoded), expiresAtMs })
  }

  invalidate(redisKey: string): void {
    this.#copies?.delete(redisKey)
    for (const fill of this.#fills.get(redisKey) ?? []) fill.overtaken = true
  }

  /** Drops everything: what was invalidated is not known. */
  flush(): void {
    this.#copies?.clear()
    for (const fills of this.#fills.values()) for (const fill of fills) fill.overtaken = true
  }
}
