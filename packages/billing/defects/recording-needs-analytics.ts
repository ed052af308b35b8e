import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { BillingError } from '../src/errors.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

export default defineDefect(billing, {
  name: 'recording-needs-analytics',
  breaks: ['billing.dual.outage'],
  description: 'Recording asks the analytics store whether it is there, and refuses events while it is not.',
  incident: {
    title: 'langfuse #6380: Trace ingestion fails during ClickHouse downtime',
    url: 'https://github.com/langfuse/langfuse/issues/6380',
  },
  open: async (options: BillingOptions): Promise<BillingNode> => {
    const node = await createBillingNode(options)
    return {
      ...node,
      async record(events) {
        const recorded = await node.record(events)
        const [first] = events
        if (first) await node.usage(first.tenant, '2026-01-01', '2026-01-01').catch(refuse)
        return recorded
      },
    }
  },
})

function refuse(cause: unknown): never {
  throw new BillingError('ERR_BILLING_UNAVAILABLE', 'the analytics store is not there', { cause })
}
