import type { BillingNode, Micros, Recorded, UsageEvent } from '../contract.ts'

export type SentEvent = Pick<
  UsageEvent,
  'key' | 'tenant' | 'tier' | 'model' | 'promptTokens' | 'completionTokens' | 'atMs'
>

/** Tokens, events and money of one tenant, in one model and tier, in one month. */
export interface UsageSum {
  events: number
  promptTokens: number
  completionTokens: number
  micros: Micros
}

interface Sent {
  readonly event: SentEvent
  chargeMicros: Micros | undefined
}

/**
 * The generator's own account of what it sent: each event once, however often it was sent, with the charge that was
 * acknowledged. It is what ledger and analytics are held against.
 */
export class SentUsage {
  readonly #sent = new Map<string, Sent>()

  /** To be called before the event is sent: an event whose answer is lost was sent too. */
  add(event: SentEvent): void {
    this.#sent.set(identityOf(event), { event, chargeMicros: undefined })
  }

  acknowledge(event: Pick<SentEvent, 'tenant' | 'key'>, { chargeMicros }: Pick<Recorded, 'chargeMicros'>): void {
    this.#sent.get(identityOf(event))!.chargeMicros = chargeMicros
  }

  get events(): number {
    return this.#sent.size
  }

  get unacknowledged(): readonly SentEvent[] {
    return [...this.#sent.values()].filter(({ chargeMicros }) => chargeMicros === undefined).map(({ event }) => event)
  }

  /** Sends again, with the same keys, what nobody knows the end of. */
  async sendAgain(node: BillingNode): Promise<void> {
    for (const event of this.unacknowledged) {
      const [recorded] = await node.record([event])
      this.acknowledge(event, recorded!)
    }
  }

  get tenants(): readonly string[] {
    return [...new Set([...this.#sent.values()].map(({ event }) => event.tenant))]
  }

  /** By tenant, then by what `nameOf` gives. */
  sums(nameOf: (event: SentEvent) => string): Map<string, Map<string, UsageSum>> {
    const byTenant = new Map<string, Map<string, UsageSum>>()
    for (const { event, chargeMicros = 0n } of this.#sent.values()) {
      const named = byTenant.get(event.tenant) ?? new Map<string, UsageSum>()
      byTenant.set(event.tenant, named)
      const name = nameOf(event)
      const sum = named.get(name) ?? { events: 0, promptTokens: 0, completionTokens: 0, micros: 0n }
      named.set(name, sum)
      sum.events++
      sum.promptTokens += event.promptTokens
      sum.completionTokens += event.completionTokens
      sum.micros += chargeMicros
    }
    return byTenant
  }

  /** The months of all events, as invoices name them. */
  get periods(): readonly string[] {
    return [...new Set([...this.#sent.values()].map(({ event }) => periodOf(event)))].toSorted()
  }

  /** The days of all events, from the first to the last. */
  get days(): readonly [string, string] {
    const days = [...this.#sent.values()].map(({ event }) => dayOf(event)).toSorted()
    return [days[0] ?? '1970-01-01', days.at(-1) ?? '1970-01-01']
  }
}

export function periodOf({ atMs }: Pick<SentEvent, 'atMs'>): string {
  return dayOf({ atMs }).slice(0, 7)
}

export function dayOf({ atMs }: Pick<SentEvent, 'atMs'>): string {
  return new Date(atMs).toISOString().slice(0, 10)
}

function identityOf({ tenant, key }: Pick<SentEvent, 'tenant' | 'key'>): string {
  return JSON.stringify([tenant, key])
}
