import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, Recorded, UsageEvent } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'
import { inputs } from '../src/validate.ts'

export default defineDefect(billing, {
  name: 'bad-events-skipped',
  breaks: ['billing.events.validation', 'billing.events.batch-atomic'],
  description: 'Bad events of a batch are left out, and the good ones are recorded.',
  incident: {
    title: 'lago-api #1676: an error only if all events of a batch fail validation',
    url: 'https://github.com/getlago/lago-api/pull/1676',
  },
  open: (options: BillingOptions) => createBillingNode(options, { recorder: (parts) => new LenientRecorder(parts) }),
})

class LenientRecorder extends UsageRecorder {
  override async record(given: readonly UsageEvent[]): Promise<readonly Recorded[]> {
    const good = Array.isArray(given)
      ? given.filter((event) => inputs.events.safeParse({ events: [event] }).success)
      : []
    return await super.record(good.length === 0 ? given : good)
  }
}
