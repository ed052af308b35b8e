import { seededRandom } from '@proving-ground/core-harness/statistics/seeded-random'
import type { Micros, Price, UsageEvent } from '../src/contract.ts'
import { NOW_MS } from './nodes.ts'

const TENANTS = { acme: 'early', globex: 'mid', initech: 'enterprise' } as const
const MODELS = ['gpt-4o', 'gpt-4o-mini'] as const
/** Since then an event may have happened: it lies in the month before. */
const OLDEST_DAYS = 30
const MS_IN_DAY = 86_400_000
const BATCH = 20
const MOST_TOKENS = 5_000

interface RandomBatch {
  readonly events: readonly UsageEvent[]
  readonly isSentAgain: boolean
}

/** One tenant's use of a model in a month or on a day. */
interface Sum {
  readonly events: number
  readonly promptTokens: number
  readonly completionTokens: number
}

/** Batches of usage by chance, of several tenants, models and days, and what they come to. All that are drawn are to be sent. */
export class RandomUsage {
  readonly tenants = Object.keys(TENANTS)
  /** Something is included, and used up in the middle of the test. */
  readonly prices: readonly Price[] = Object.values(TENANTS).flatMap((tier, tierNumber) =>
    MODELS.map((model, modelNumber) => ({
      model,
      tier,
      promptMinorPerMillion: 3 + tierNumber,
      completionMinorPerMillion: 11 + modelNumber,
      includedPromptTokens: 10_000 * tierNumber,
      includedCompletionTokens: 20_000 * modelNumber,
    })),
  )
  readonly #random: () => number
  readonly #events: UsageEvent[] = []

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  get events(): number {
    return this.#events.length
  }

  /** New events, beside some that were sent before, or are being sent. */
  draw(): RandomBatch {
    const known = Array.from({ length: this.#below(4) }, () => this.#events[this.#below(this.#events.length)])
    const fresh = Array.from({ length: 1 + this.#below(BATCH) }, (_, index) => this.#event(this.events + index))
    this.#events.push(...fresh)
    return { events: [...known.filter((event) => event !== undefined), ...fresh], isSentAgain: this.#random() < 0.3 }
  }

  /** By tenant, time and model. @param timeOf `2026-10` or `2026-10-15` of an event */
  sums(timeOf: (event: UsageEvent) => string): ReadonlyMap<string, Sum> {
    const groups = Map.groupBy(this.#events, (event) => [event.tenant, timeOf(event), event.model].join(' '))
    return new Map([...groups].map(([name, events]) => [name, sumOf(events)]))
  }

  /** By tenant, month and model: a month's charges come to the same in whatever order its events came. */
  charges(): ReadonlyMap<string, Micros> {
    return new Map([...this.sums(monthOf)].map(([name, sum]) => [name, this.#chargeOf(name, sum)]))
  }

  #chargeOf(name: string, { promptTokens, completionTokens }: Sum): Micros {
    const [tenant, , model] = name.split(' ')
    const price = this.prices.find(
      (one) => one.model === model && one.tier === TENANTS[tenant as keyof typeof TENANTS],
    )!
    const prompt = Math.max(0, promptTokens - price.includedPromptTokens) * price.promptMinorPerMillion
    const completion = Math.max(0, completionTokens - price.includedCompletionTokens) * price.completionMinorPerMillion
    return BigInt(prompt + completion)
  }

  #event(number: number): UsageEvent {
    const tenant = this.tenants[this.#below(this.tenants.length)] as keyof typeof TENANTS
    return {
      key: `event ${number}`,
      tenant,
      tier: TENANTS[tenant],
      model: MODELS[this.#below(MODELS.length)]!,
      promptTokens: this.#below(MOST_TOKENS),
      completionTokens: this.#below(MOST_TOKENS),
      atMs: NOW_MS - this.#below(OLDEST_DAYS * MS_IN_DAY),
    }
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound)
  }
}

export function monthOf({ atMs }: UsageEvent): string {
  return new Date(atMs).toISOString().slice(0, '2026-10'.length)
}

export function dayOf({ atMs }: UsageEvent): string {
  return new Date(atMs).toISOString().slice(0, '2026-10-15'.length)
}

function sumOf(events: readonly UsageEvent[]): Sum {
  return {
    events: events.length,
    promptTokens: events.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
    completionTokens: events.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
  }
}
