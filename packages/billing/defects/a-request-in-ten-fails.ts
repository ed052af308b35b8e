import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { BillingError } from '../src/errors.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

const EVERY = 10

export default defineDefect(billing, {
  name: 'a-request-in-ten-fails',
  breaks: [
    'billing.sla.accuracy#success',
    'billing.sla.scale#success',
    'billing.sla.tiers#success',
    'billing.sla.sustained#success',
  ],
  description: 'One of ten requests is answered with an error, and nothing is recorded.',
  incident: {
    title: 'PostHog/status #31: Data ingestion is down, with status 504',
    url: 'https://github.com/PostHog/status/issues/31',
  },
  async open(options: BillingOptions): Promise<BillingNode> {
    const node = await createBillingNode(options)
    let requests = 0
    const sometimes = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      requests++
      if (requests % EVERY === 0) throw new BillingError('ERR_BILLING_UNAVAILABLE', 'the database did not answer')
      return await work()
    }
    return {
      ...node,
      record: (events) => sometimes(() => node.record(events)),
      recordCall: (call) => sometimes(() => node.recordCall(call)),
    }
  },
})
