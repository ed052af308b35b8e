import { defineAdapter } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../contract.ts'
import type { BillingOptions } from '../contract.ts'
import { createBillingNode } from './billing-node.ts'

/** PostgreSQL for what has to be right, ClickHouse for what has to be quick, Redis for what does not change. */
export default defineAdapter(billing, {
  name: 'reference',
  offers: billing.capabilities,
  open: (options: BillingOptions) => createBillingNode(options),
})
