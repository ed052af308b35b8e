import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'
import type { Outcome, PricedEvent } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'last-included-token-charged',
  breaks: ['billing.money.exact'],
  description: 'The last of the included tokens is already charged: what is compared with the bound is one too many.',
  incident: {
    title: 'keeperhub #2209: stop charging the last execution the free plan includes',
    url: 'https://github.com/KeeperHub/keeperhub/pull/2209',
  },
  open: (options: BillingOptions) => createBillingNode(options, { recorder: (parts) => new EagerRecorder(parts) }),
})

class EagerRecorder extends UsageRecorder {
  protected override async store(events: readonly PricedEvent[]): Promise<ReadonlyMap<number, Outcome>> {
    const less = (included: number): number => Math.max(0, included - 1)
    return await super.store(
      events.map(({ terms, ...priced }) => {
        const includedPromptTokens = less(terms.includedPromptTokens)
        const includedCompletionTokens = less(terms.includedCompletionTokens)
        return { ...priced, terms: { ...terms, includedPromptTokens, includedCompletionTokens } }
      }),
    )
  }
}
