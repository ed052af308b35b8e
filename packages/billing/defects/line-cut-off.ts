import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing, MICROS_IN_MINOR } from '../src/contract.ts'
import type { BillingOptions, InvoiceLine } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Invoices } from '../src/reference/invoices.ts'

export default defineDefect(billing, {
  name: 'line-cut-off',
  breaks: ['billing.money.exact'],
  description: 'What is less than a minor unit is cut off of a line, however near it is to the next one.',
  incident: {
    title: 'omi #10158: paid apps priced at $19.99 are billed $19.98 (cents truncation)',
    url: 'https://github.com/BasedHardware/omi/pull/10158',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { invoices: (database) => new CuttingInvoices(database) }),
})

class CuttingInvoices extends Invoices {
  protected override lineOf(...[row]: Parameters<Invoices['lineOf']>): InvoiceLine {
    const line = super.lineOf(row)
    return { ...line, amountMinor: line.micros / MICROS_IN_MINOR }
  }
}
