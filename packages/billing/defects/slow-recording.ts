import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { setTimeout as delay } from 'node:timers/promises'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

const SLOW_MS = 1_000
/** 5 % of all: no median shows them. */
const EVERY = 20

export default defineDefect(billing, {
  name: 'slow-recording',
  breaks: ['billing.sla.accuracy#recording', 'billing.sla.sustained#p99'],
  description: 'One of twenty requests takes a second; the others are quick.',
  incident: {
    title: 'PostHog/status #3: Data ingestion is down, with a response time of 7 s',
    url: 'https://github.com/PostHog/status/issues/3',
  },
  async open(options: BillingOptions): Promise<BillingNode> {
    const node = await createBillingNode(options)
    let requests = 0
    const slowly = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      requests++
      if (requests % EVERY === 0) await delay(SLOW_MS)
      return await work()
    }
    return {
      ...node,
      record: (events) => slowly(() => node.record(events)),
      recordCall: (call) => slowly(() => node.recordCall(call)),
    }
  },
})
