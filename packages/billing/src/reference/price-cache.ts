import { Redis } from 'ioredis'

import type { Price, Tier } from '../contract.ts'
import type { Database } from './database.ts'

export type PriceTerms = Omit<Price, 'model' | 'tier'>

const ANSWER_WITHIN_MS = 1_000

interface PriceRow {
  readonly model: string
  readonly tier: Tier
  readonly prompt_minor: string
  readonly completion_minor: string
  readonly included_prompt: string
  readonly included_completion: string
}

/** Prices with what they include, in Redis before PostgreSQL. Without Redis it is slower, and as right. */
export class PriceCache {
  readonly #redis: Redis
  readonly #database: Database
  readonly #keyPrefix: string
  /** A price never changes: the time is for those that nobody asks for any more. */
  protected readonly keptForMs: number = 3_600_000
  hits = 0
  misses = 0

  constructor(url: string, keyPrefix: string, database: Database) {
    this.#database = database
    this.#keyPrefix = `${keyPrefix}price:`
    this.#redis = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: ANSWER_WITHIN_MS,
      commandTimeout: ANSWER_WITHIN_MS,
    })
    this.#redis.on('error', () => undefined) // It connects again by itself; each command says that it failed.
  }

  /** Waits for the connection; one that cannot be had now is tried again behind the scenes. */
  async connect(): Promise<void> {
    await this.#redis.connect().catch(() => undefined)
  }

  /** The terms of each, in order; undefined for a model that has no price in the tier. */
  async termsOf(
    wanted: readonly { readonly model: string; readonly tier: Tier }[],
  ): Promise<(PriceTerms | undefined)[]> {
    const names = wanted.map((price) => this.nameOf(price))
    const kept = new Map<string, PriceTerms>()
    const different = [...new Set(names)]
    const found = await this.#redis.mget(different.map((name) => this.#keyPrefix + name)).catch(() => [])
    for (const [index, name] of different.entries()) {
      const text = found[index]
      if (text) kept.set(name, JSON.parse(text) as PriceTerms)
    }
    this.hits += kept.size
    this.misses += different.length - kept.size
    if (kept.size < different.length) await this.#load(kept)
    return names.map((name) => kept.get(name))
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
    await Promise.resolve()
  }

  protected nameOf({ model, tier }: Pick<Price, 'model' | 'tier'>): string {
    return `${tier}/${model}`
  }

  /** All of them: there are few, and who misses one misses more. */
  async #load(into: Map<string, PriceTerms>): Promise<void> {
    const rows = await this.#database.query<PriceRow & Record<string, unknown>>('SELECT * FROM prices')
    const writing = this.#redis.pipeline()
    for (const row of rows) {
      const name = this.nameOf(row)
      const terms = {
        promptMinorPerMillion: Number(row.prompt_minor),
        completionMinorPerMillion: Number(row.completion_minor),
        includedPromptTokens: Number(row.included_prompt),
        includedCompletionTokens: Number(row.included_completion),
      }
      into.set(name, terms)
      writing.set(this.#keyPrefix + name, JSON.stringify(terms), 'PX', this.keptForMs)
    }
    await writing.exec().catch(() => undefined) // The next one misses too.
  }
}
