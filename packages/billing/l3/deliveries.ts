import type { Journal, Json } from '@proving-ground/core-harness/history'
import type { BillingNode, InvoiceLine, Micros, UsageEvent } from '../src/contract.ts'
import { PERIOD } from './nodes.ts'

/** What became of an event, as far as who sent it knows. */
export type Delivery =
  | { readonly status: 'recorded' | 'duplicate'; readonly chargeMicros: Micros }
  | { readonly status: 'refused'; readonly code: string; readonly field: string | undefined }
  | { readonly status: 'unknown' }

/** Of these, nothing was recorded for certain. */
const REFUSED = ['ERR_BILLING_INVALID', 'ERR_BILLING_KEY_REUSED']

/**
 * Events that are sent one by one, journaled for the checker `unique-effects`. The effect of an event is its charge: the answers
 * tell it, and the invoices show it.
 */
export class Deliveries {
  readonly #journal: Journal
  readonly #counts = { recorded: 0, duplicate: 0, refused: 0, unknown: 0 }

  constructor(journal: Journal) {
    this.#journal = journal
  }

  get counts(): Readonly<Record<Delivery['status'], number>> {
    return this.#counts
  }

  async send(node: BillingNode, event: UsageEvent): Promise<Delivery> {
    const { key, tenant, ...parameters } = event
    const operation = this.#journal.invoke(this.#journal.newProcess(), 'request', {
      idempotencyKey: [tenant, key],
      parameters,
    })
    const delivery = await deliver(node, event)
    this.#counts[delivery.status]++
    if (delivery.status === 'unknown') this.#journal.info(operation, 'no answer')
    else if (delivery.status === 'refused') this.#journal.fail(operation, delivery.code)
    else this.#journal.ok(operation, { effect: effectOf([tenant, key], delivery.chargeMicros) })
    return delivery
  }

  /** @param keyOf tells which event an invoice's line is of: each event has lines of its own */
  async readBack(
    node: BillingNode,
    tenants: readonly string[],
    keyOf: (line: InvoiceLine, tenant: string) => string,
  ): Promise<void> {
    const operation = this.#journal.invoke(this.#journal.newProcess(), 'effects')
    const effects: Json[] = []
    for (const tenant of tenants) {
      const { lines } = await node.invoice(tenant, PERIOD)
      for (const [key, ofKey] of Map.groupBy(lines, (line) => keyOf(line, tenant))) {
        const micros = ofKey.reduce((sum, line) => sum + line.micros, 0n)
        effects.push({ idempotencyKey: [tenant, key], effect: effectOf([tenant, key], micros) })
      }
    }
    this.#journal.ok(operation, effects)
  }
}

async function deliver(node: BillingNode, event: UsageEvent): Promise<Delivery> {
  try {
    const [recorded] = await node.record([event])
    return { status: recorded!.status, chargeMicros: recorded!.chargeMicros }
  } catch (error) {
    const { code, field } = error as { code?: string; field?: string }
    return code !== undefined && REFUSED.includes(code) ? { status: 'refused', code, field } : { status: 'unknown' }
  }
}

function effectOf(name: readonly string[], micros: Micros): string {
  return `${micros} micros for ${name.join(' / ')}`
}
