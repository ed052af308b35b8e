import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Invoices, LINES } from '../src/reference/invoices.ts'

const JOINED = LINES.replace(
  'FROM events GROUP BY model, tier',
  'FROM events e LEFT JOIN refunds r ON r.tenant = e.tenant AND r.event_key = e.key GROUP BY model, tier',
)

export default defineDefect(billing, {
  name: 'events-joined-to-refunds',
  breaks: ['billing.money.invoice-sums'],
  description: 'Events are joined to their refunds before they are summed: one with two refunds counts twice.',
  incident: {
    title: 'bn-api #1523: Fix display order query around refunds, where a join made several rows of an order',
    url: 'https://github.com/big-neon/bn-api/pull/1523',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { invoices: (database) => new Invoices(database, JOINED) }),
})
