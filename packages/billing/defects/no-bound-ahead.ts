import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'no-bound-ahead',
  breaks: ['billing.events.window'],
  description:
    'Events that have not happened yet are taken, however far ahead, and land on the invoices of later months.',
  incident: {
    title: 'PostHog #13579: add ingestion warning if event more than 23 hours in the future',
    url: 'https://github.com/PostHog/posthog/pull/13579',
  },
  open: (options: BillingOptions) => createBillingNode(options, { recorder: (parts) => new HopefulRecorder(parts) }),
})

class HopefulRecorder extends UsageRecorder {
  protected override checkTime(atMs: number, nowMs: number, field: string): void {
    if (atMs < nowMs) super.checkTime(atMs, nowMs, field)
  }
}
