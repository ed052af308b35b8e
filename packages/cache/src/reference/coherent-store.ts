import type { Lifetime } from '../contract.ts'
import type { Fill, LocalTier } from './local-tier.ts'
import type { Held, SharedTier } from './shared-tier.ts'

export interface CoherentStoreOptions {
  readonly shared: SharedTier
  readonly local: LocalTier
  /** Whether local copies may be served now. */
  readonly isFresh: () => boolean
  readonly now: () => number
}

/** The two tiers as one: copies are served while they are surely fresh, and everything else is Redis' word. */
export class CoherentStore {
  readonly shared: SharedTier
  readonly #local: LocalTier
  readonly #isFresh: () => boolean
  readonly #now: () => number

  constructor(options: CoherentStoreOptions) {
    this.shared = options.shared
    this.#local = options.local
    this.#isFresh = options.isFresh
    this.#now = options.now
  }

  /** A copy that may be served. The lease is checked in the same turn of the event loop as the copy is taken. */
  copy(redisKey: string): Buffer | undefined {
    return this.#isFresh() ? this.#local.get(redisKey) : undefined
  }

  async read(redisKey: string): Promise<Buffer | undefined> {
    const copy = this.copy(redisKey)
    if (copy !== undefined) return copy
    const held = await this.readThrough(redisKey, () => this.shared.read(redisKey))
    return held?.kind === 'value' ? held.encoded : undefined
  }

  /**
   * Reads Redis and keeps a copy of a value. The copy's time counts from when the read was sent: the remaining time that
   * Redis answers with was measured later, so the copy ends before the entry does.
   */
  async readThrough<Answer extends Held | undefined>(redisKey: string, read: () => Promise<Answer>): Promise<Answer> {
    const fill: Fill = this.#local.beginFill(redisKey)
    try {
      const sentAtMs = this.#now()
      const held = await read()
      if (held?.kind === 'value') this.#local.keep(fill, held.encoded, sentAtMs + held.ttlMs)
      return held
    } finally {
      this.#local.endFill(fill)
    }
  }

  async write(redisKey: string, encoded: Buffer, lifetime: Lifetime): Promise<void> {
    await this.#changing([redisKey], () => this.shared.write(redisKey, encoded, lifetime))
  }

  async remove(redisKeys: readonly string[]): Promise<number> {
    return await this.#changing(redisKeys, () => this.shared.remove(redisKeys))
  }

  async fence(redisKey: string, writer: string, ttlMs: number): Promise<void> {
    await this.#changing([redisKey], () => this.shared.fence(redisKey, writer, ttlMs))
  }

  async unfence(redisKey: string, writer: string): Promise<void> {
    await this.#changing([redisKey], () => this.shared.unfence(redisKey, writer))
  }

  /** The own copy goes before the caller hears of the change, also when it failed: then it may have happened. */
  async #changing<Result>(redisKeys: readonly string[], change: () => Promise<Result>): Promise<Result> {
    try {
      return await change()
    } finally {
      for (const redisKey of redisKeys) this.#local.invalidate(redisKey)
    }
  }
}
