import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'
import type { Outcome, PricedEvent } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'events-one-by-one',
  breaks: ['billing.events.batch-atomic'],
  description: 'Each event of a batch is a transaction of its own: what came before the one that is refused stays.',
  incident: {
    title: 'Eveneum #26: Batch write is not atomic?',
    url: 'https://github.com/Eveneum/Eveneum/issues/26',
  },
  open: (options: BillingOptions) => createBillingNode(options, { recorder: (parts) => new PatientRecorder(parts) }),
})

class PatientRecorder extends UsageRecorder {
  protected override async store(events: readonly PricedEvent[]): Promise<ReadonlyMap<number, Outcome>> {
    const outcomes: [number, Outcome][] = []
    for (const event of events) outcomes.push(...(await super.store([event])))
    return new Map(outcomes)
  }
}
