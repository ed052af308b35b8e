import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { CallMeter } from '../src/reference/call-meter.ts'
import type { TokenCounts } from '../src/reference/call-meter.ts'

export default defineDefect(billing, {
  name: 'zero-usage-as-missing',
  breaks: ['billing.tokens.as-reported'],
  description: 'A usage of no tokens is taken for none, and the call is billed by an estimate.',
  incident: {
    title:
      'BerriAI/litellm #37992: Client-disconnect partial billing treats explicit zero usage as missing and charges estimated tokens',
    url: 'https://github.com/BerriAI/litellm/issues/37992',
  },
  open: (options: BillingOptions) => createBillingNode(options, { meter: (recorder) => new ZeroIsMissing(recorder) }),
})

class ZeroIsMissing extends CallMeter {
  protected override countsOf(...[said, call]: Parameters<CallMeter['countsOf']>): TokenCounts {
    const estimated = this.estimate(call)
    return {
      promptTokens: said?.promptTokens || estimated.promptTokens,
      completionTokens: said?.completionTokens || estimated.completionTokens,
    }
  }
}
