import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'
import type { Outcome, PricedEvent } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'joined-names',
  breaks: ['billing.tenant.isolation'],
  description: 'Tenant and key are joined by a colon that either of them may hold.',
  incident: {
    title: 'sibidharan/zealphp #247: compositeKey() colon concatenation allows cross-room key collision',
    url: 'https://github.com/sibidharan/zealphp/issues/247',
  },
  open: (options: BillingOptions) => createBillingNode(options, { recorder: (parts) => new JoinedNames(parts) }),
})

class JoinedNames extends UsageRecorder {
  protected override async store(events: readonly PricedEvent[]): Promise<ReadonlyMap<number, Outcome>> {
    const joined = ({ tenant, key }: { tenant: string; key: string }): string => `${tenant}:${key}`
    const rows = await this.parts.database.query<{ tenant: string; key: string; charge_micros: string }>(
      `SELECT tenant, key, charge_micros FROM usage_events WHERE tenant || ':' || key = ANY($1)`,
      [events.map(({ event }) => joined(event))],
    )
    const outcomes = new Map<number, Outcome>()
    for (const { ordinal, event } of events) {
      const taken = rows.find((row) => joined(row) === joined(event) && row.tenant !== event.tenant)
      if (taken) outcomes.set(ordinal, { isNew: false, chargeMicros: BigInt(taken.charge_micros) })
    }
    const others = events.filter(({ ordinal }) => !outcomes.has(ordinal))
    const stored = others.length === 0 ? [] : await super.store(others)
    return new Map([...outcomes, ...stored])
  }
}
