import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { CallMeter } from '../src/reference/call-meter.ts'
import type { TokenCounts } from '../src/reference/call-meter.ts'

export default defineDefect(billing, {
  name: 'cut-stream-for-free',
  breaks: ['billing.tokens.estimated'],
  description: 'A stream that was cut before it told its usage is billed with no tokens.',
  incident: {
    title: 'BerriAI/litellm #33736: bill partial streamed spend when the client disconnects mid-stream',
    url: 'https://github.com/BerriAI/litellm/pull/33736',
  },
  open: (options: BillingOptions) => createBillingNode(options, { meter: (recorder) => new CutForFree(recorder) }),
})

class CutForFree extends CallMeter {
  protected override estimate(): TokenCounts {
    return { promptTokens: 0, completionTokens: 0 }
  }
}
