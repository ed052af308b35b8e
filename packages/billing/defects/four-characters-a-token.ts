import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { CallMeter } from '../src/reference/call-meter.ts'

export default defineDefect(billing, {
  name: 'four-characters-a-token',
  breaks: ['billing.tokens.estimated'],
  description: 'Four characters are taken for a token, in whatever language.',
  incident: {
    title:
      'nickna/Conduit #854: Improve streaming usage estimation - use proper tokenization instead of character counting',
    url: 'https://github.com/nickna/Conduit/issues/854',
  },
  open: (options: BillingOptions) => createBillingNode(options, { meter: (recorder) => new FourCharacters(recorder) }),
})

class FourCharacters extends CallMeter {
  protected override count(text: string): number {
    return Math.max(1, Math.ceil(text.length / 4))
  }
}
