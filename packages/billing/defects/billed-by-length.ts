import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { CallMeter } from '../src/reference/call-meter.ts'
import type { TokenCounts } from '../src/reference/call-meter.ts'

export default defineDefect(billing, {
  name: 'billed-by-length',
  breaks: ['billing.tokens.as-reported', 'billing.sla.accuracy#token-accuracy', 'billing.sla.scale#token-accuracy'],
  description: 'What is billed is a guess by the length of the texts, whatever the API said.',
  incident: {
    title: 'adolfousier/opencrabs #1707: Cost meter should ingest provider-reported usage instead of local estimates',
    url: 'https://github.com/adolfousier/opencrabs/issues/1707',
  },
  open: (options: BillingOptions) => createBillingNode(options, { meter: (recorder) => new ByLength(recorder) }),
})

class ByLength extends CallMeter {
  protected override countsOf(...[, call]: Parameters<CallMeter['countsOf']>): TokenCounts {
    return this.estimate(call)
  }

  protected override count(text: string): number {
    return Math.ceil(text.length / 4)
  }
}
