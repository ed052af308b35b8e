import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing, MICROS_IN_MINOR } from '../src/contract.ts'
import type { BillingOptions, InvoiceLine } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Invoices } from '../src/reference/invoices.ts'

export default defineDefect(billing, {
  name: 'halves-always-up',
  breaks: ['billing.money.exact'],
  description: 'A line that ends in exactly half a minor unit is always rounded away from zero.',
  incident: {
    title: 'RubyMoney #863: Switch default rounding mode to ROUND_HALF_UP',
    url: 'https://github.com/RubyMoney/money/pull/863',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { invoices: (database) => new GreedyInvoices(database) }),
})

class GreedyInvoices extends Invoices {
  protected override lineOf(...[row]: Parameters<Invoices['lineOf']>): InvoiceLine {
    const line = super.lineOf(row)
    const half = line.micros < 0n ? -MICROS_IN_MINOR / 2n : MICROS_IN_MINOR / 2n
    return { ...line, amountMinor: (line.micros + half) / MICROS_IN_MINOR }
  }
}
