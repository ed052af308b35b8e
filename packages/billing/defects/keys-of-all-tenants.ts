import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'
import type { Outcome, PricedEvent } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'keys-of-all-tenants',
  breaks: ['billing.tenant.isolation'],
  description:
    'A key is looked up among those of all tenants: who comes second is answered with the charge of another.',
  incident: {
    title: 'kortix-ai/suna #5267: reject cross-account idempotency-key collisions (session disclosure)',
    url: 'https://github.com/kortix-ai/suna/pull/5267',
  },
  open: (options: BillingOptions) => createBillingNode(options, { recorder: (parts) => new KeysOfAll(parts) }),
})

class KeysOfAll extends UsageRecorder {
  protected override async store(events: readonly PricedEvent[]): Promise<ReadonlyMap<number, Outcome>> {
    const rows = await this.parts.database.query<{ tenant: string; key: string; charge_micros: string }>(
      'SELECT tenant, key, charge_micros FROM usage_events WHERE key = ANY($1)',
      [events.map(({ event }) => event.key)],
    )
    const outcomes = new Map<number, Outcome>()
    for (const { ordinal, event } of events) {
      const taken = rows.find(({ tenant, key }) => key === event.key && tenant !== event.tenant)
      if (taken) outcomes.set(ordinal, { isNew: false, chargeMicros: BigInt(taken.charge_micros) })
    }
    const others = events.filter(({ ordinal }) => !outcomes.has(ordinal))
    const stored = others.length === 0 ? [] : await super.store(others)
    return new Map([...outcomes, ...stored])
  }
}
