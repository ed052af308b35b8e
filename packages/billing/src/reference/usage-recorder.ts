import type { Recorded, UsageEvent } from '../contract.ts'
import { BillingError } from '../errors.ts'
import { checkTime, inputs, invalid, valid } from '../validate.ts'
import type { Step } from './crash-points.ts'
import { codeOf } from './database.ts'
import type { Database } from './database.ts'
import type { PriceCache, PriceTerms } from './price-cache.ts'

const RECORD_ONE = { name: 'record one', text: 'SELECT * FROM record_one_usage($1)' }
const RECORD_BATCH = { name: 'record batch', text: 'SELECT * FROM record_usage($1)' }
const KEY_REUSED = 'BL001'

export interface Counted extends UsageEvent {
  readonly isEstimated: boolean
}

/** What a recorder works with. */
export interface RecorderParts {
  readonly database: Database
  readonly prices: Pick<PriceCache, 'termsOf'>
  readonly now: () => number
  readonly step: Step
}

/** An event with its price, as the statement takes it. */
export interface PricedEvent {
  readonly ordinal: number
  readonly event: Counted
  readonly terms: PriceTerms
}

/** What became of one event. */
export interface Outcome {
  readonly isNew: boolean
  readonly chargeMicros: bigint
}

/** Records events: checks them, finds their prices, and hands them to PostgreSQL in one statement. */
export class UsageRecorder {
  protected readonly parts: RecorderParts

  constructor(parts: RecorderParts) {
    this.parts = parts
  }

  async record(given: readonly UsageEvent[]): Promise<readonly Recorded[]> {
    const { events } = valid(inputs.events, { events: given })
    return await this.recordCounted(events.map((event) => ({ ...event, isEstimated: false })))
  }

  /** Events that are checked, but for their times and prices. */
  async recordCounted(events: readonly Counted[]): Promise<readonly Recorded[]> {
    const now = this.parts.now()
    for (const [index, { atMs }] of events.entries()) this.checkTime(atMs, now, `events[${index}].atMs`)
    const priced = await this.#price(events)
    const { firsts, firstOf } = withoutRepetitions(priced)
    this.parts.step('record.checked')
    const outcomes = await this.store(firsts)
    this.parts.step('record.committed')
    return priced.map(({ ordinal, event }) => {
      const first = firstOf.get(ordinal) ?? ordinal
      const outcome = outcomes.get(first)!
      const status = outcome.isNew && first === ordinal ? 'recorded' : 'duplicate'
      return { key: event.key, status, chargeMicros: outcome.chargeMicros }
    })
  }

  protected checkTime(atMs: number, nowMs: number, field: string): void {
    checkTime(atMs, nowMs, field)
  }

  /** Claims, counts, charges, posts and hands on, all or nothing. @returns by ordinal */
  protected async store(events: readonly PricedEvent[]): Promise<ReadonlyMap<number, Outcome>> {
    try {
      const given = events.map(rowOf)
      const [statement, value] = given.length === 1 ? [RECORD_ONE, given[0]] : [RECORD_BATCH, given]
      const rows = await this.parts.database.retried<{ ordinal: number; is_new: boolean; charge_micros: string }>(
        statement,
        [JSON.stringify(value)],
      )
      return new Map(
        rows.map((row) => [row.ordinal, { isNew: row.is_new, chargeMicros: BigInt(row.charge_micros) }] as const),
      )
    } catch (error) {
      if (codeOf(error) !== KEY_REUSED) throw error
      const ordinal = Number((error as { readonly detail?: string }).detail)
      throw keyReused(`events[${ordinal}].key`, (error as Error).message, error)
    }
  }

  async #price(events: readonly Counted[]): Promise<PricedEvent[]> {
    const terms = await this.parts.prices.termsOf(events)
    return events.map((event, ordinal) => {
      const found = terms[ordinal]
      if (!found) throw invalid(`events[${ordinal}].model`, `${event.model} has no price in tier ${event.tier}`)
      return { ordinal, event, terms: found }
    })
  }
}

export function keyReused(field: string, message: string, cause?: unknown): BillingError {
  return new BillingError('ERR_BILLING_KEY_REUSED', message, { field, cause })
}

/**
 * Leaves out what a batch holds twice.
 *
 * @returns the first of each, and for the ordinal of each other one that of its first
 * @throws BillingError when it holds a key with different contents
 */
function withoutRepetitions(events: readonly PricedEvent[]): {
  firsts: PricedEvent[]
  firstOf: ReadonlyMap<number, number>
} {
  const seen = new Map<string, PricedEvent>()
  const firstOf = new Map<number, number>()
  for (const priced of events) {
    const { event, ordinal } = priced
    const identity = JSON.stringify([event.tenant, event.key])
    const first = seen.get(identity)
    if (!first) seen.set(identity, priced)
    else if (contentOf(first.event) === contentOf(event)) firstOf.set(ordinal, first.ordinal)
    else throw keyReused(`events[${ordinal}].key`, `the key ${event.key} is in the batch with other content`)
  }
  return { firsts: [...seen.values()], firstOf }
}

function contentOf({ tier, model, promptTokens, completionTokens, atMs, isEstimated }: Counted): string {
  return JSON.stringify([tier, model, promptTokens, completionTokens, atMs, isEstimated])
}

/** What the statement reads. */
export function rowOf({ ordinal, event, terms }: PricedEvent): Record<string, unknown> {
  return {
    ordinal,
    tenant: event.tenant,
    key: event.key,
    tier: event.tier,
    model: event.model,
    prompt_tokens: event.promptTokens,
    completion_tokens: event.completionTokens,
    at: new Date(event.atMs).toISOString(),
    is_estimated: event.isEstimated,
    prompt_minor: terms.promptMinorPerMillion,
    completion_minor: terms.completionMinorPerMillion,
    included_prompt: terms.includedPromptTokens,
    included_completion: terms.includedCompletionTokens,
  }
}
