import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Invoices, LINES } from '../src/reference/invoices.ts'

/** Minor units as doubles, summed one after the other. */
const IN_FLOATS = LINES.replace(
  'sum(charge_micros) AS micros',
  '(sum(charge_micros::float8 / 1e6 ORDER BY at, key) * 1e6)::numeric(40) AS micros',
)

export default defineDefect(billing, {
  name: 'money-in-floats',
  breaks: ['billing.money.exact'],
  description: 'Charges are summed as floating point numbers of minor units: large sums lose their last digits.',
  incident: {
    title: 'lago-api #3416: Use BigDecimal instead of Float on amount details',
    url: 'https://github.com/getlago/lago-api/pull/3416',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { invoices: (database) => new Invoices(database, IN_FLOATS) }),
})
