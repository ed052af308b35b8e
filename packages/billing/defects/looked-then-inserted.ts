import { randomUUID } from 'node:crypto'
import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'
import type { Outcome, PricedEvent } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'looked-then-inserted',
  breaks: ['billing.events.exactly-once'],
  description:
    'Recording looks whether the key is there, and then inserts, with nothing to keep two from doing so: those that looked at the same time are all counted.',
  incident: {
    title: 'laravel-idempotency #1: Race condition?',
    url: 'https://github.com/square1-io/laravel-idempotency/issues/1',
  },
  open: (options: BillingOptions) => createBillingNode(options, { recorder: (parts) => new HastyRecorder(parts) }),
})

class HastyRecorder extends UsageRecorder {
  protected override async store(events: readonly PricedEvent[]): Promise<ReadonlyMap<number, Outcome>> {
    const known = await Promise.all(events.map((priced) => this.#isThere(priced)))
    const unseen = events.filter((_, index) => !known[index])
    const outcomes = await super.store(events)
    const late = unseen.filter(({ ordinal }) => !outcomes.get(ordinal)!.isNew)
    if (late.length === 0) return outcomes
    // Without a constraint they are inserted all the same: here with a key that nobody has.
    const asNew = late.map((priced) => ({ ...priced, event: { ...priced.event, key: randomUUID() } }))
    return new Map([...outcomes, ...(await super.store(asNew))])
  }

  async #isThere({ event: { tenant, key } }: PricedEvent): Promise<boolean> {
    const rows = await this.parts.database.query('SELECT FROM usage_events WHERE tenant = $1 AND key = $2', [
      tenant,
      key,
    ])
    return rows.length > 0
  }
}
