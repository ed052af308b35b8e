import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { OLDEST_EVENT_MS, billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'window-in-calendar-days',
  breaks: ['billing.events.window'],
  description: 'The window begins with the local day in which it begins: at noon, events half a day too old are taken.',
  incident: {
    title: 'swabbie #164: deletion time is now + retention period, not more',
    url: 'https://github.com/spinnaker/swabbie/pull/164',
  },
  open: (options: BillingOptions) => createBillingNode(options, { recorder: (parts) => new DailyRecorder(parts) }),
})

class DailyRecorder extends UsageRecorder {
  protected override checkTime(atMs: number, nowMs: number, field: string): void {
    const first = new Date(nowMs - OLDEST_EVENT_MS).setHours(0, 0, 0, 0)
    if (atMs < first || atMs > nowMs) super.checkTime(atMs, nowMs, field)
  }
}
