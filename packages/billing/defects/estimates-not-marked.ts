import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { CallMeter } from '../src/reference/call-meter.ts'

export default defineDefect(billing, {
  name: 'estimates-not-marked',
  breaks: ['billing.tokens.estimated'],
  description: 'What was estimated looks like what the API said.',
  incident: {
    title: 'QuintinShaw/pi-dynamic-workflows #215: estimated-usage flag follows the displayed figure',
    url: 'https://github.com/QuintinShaw/pi-dynamic-workflows/pull/215',
  },
  open: (options: BillingOptions) => createBillingNode(options, { meter: (recorder) => new NotMarked(recorder) }),
})

class NotMarked extends CallMeter {
  protected override isEstimated(): boolean {
    return false
  }
}
