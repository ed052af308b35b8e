import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { CallMeter } from '../src/reference/call-meter.ts'

export default defineDefect(billing, {
  name: 'special-tokens-refused',
  breaks: ['billing.tokens.estimated'],
  description: 'A text that looks like a special token cannot be counted, so that its call is not billed.',
  incident: {
    title: 'RooCodeInc/Roo-Code #7539: Count token should not disallow specials',
    url: 'https://github.com/RooCodeInc/Roo-Code/issues/7539',
  },
  open: (options: BillingOptions) => createBillingNode(options, { meter: (recorder) => new SpecialsRefused(recorder) }),
})

class SpecialsRefused extends CallMeter {
  protected override count(text: string): number {
    return encode(text).length
  }
}
