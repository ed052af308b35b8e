import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Invoices, LINES } from '../src/reference/invoices.ts'

export default defineDefect(billing, {
  name: 'month-of-the-head-office',
  breaks: ['billing.money.invoice-sums'],
  description: 'A month begins and ends at midnight where the company is, and not at that of UTC.',
  incident: {
    title: 'dust #21238: Use UTC in all billing period compares',
    url: 'https://github.com/dust-tt/dust/pull/21238',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, {
      invoices: (database) => new Invoices(database, LINES.replaceAll(`'UTC'`, `'America/Los_Angeles'`)),
    }),
})
