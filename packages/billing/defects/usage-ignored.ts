import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { CallMeter } from '../src/reference/call-meter.ts'
import type { TokenCounts } from '../src/reference/call-meter.ts'

export default defineDefect(billing, {
  name: 'usage-ignored',
  breaks: ['billing.tokens.as-reported'],
  description: 'The service bills its own count also where the API said what was used.',
  incident: {
    title: 'adolfousier/opencrabs #1707: Cost meter should ingest provider-reported usage instead of local estimates',
    url: 'https://github.com/adolfousier/opencrabs/issues/1707',
  },
  open: (options: BillingOptions) => createBillingNode(options, { meter: (recorder) => new OwnCount(recorder) }),
})

class OwnCount extends CallMeter {
  protected override countsOf(...[, call]: Parameters<CallMeter['countsOf']>): TokenCounts {
    return this.estimate(call)
  }
}
