import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, InvoiceLine } from '../src/contract.ts'
import { roundToMinor } from '../src/money.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Invoices } from '../src/reference/invoices.ts'

export default defineDefect(billing, {
  name: 'total-rounded-by-itself',
  breaks: ['billing.money.invoice-sums'],
  description: 'The total is rounded from the exact sum, and not the sum of the rounded lines that stand above it.',
  incident: {
    title: 'odoo #251155: distribute rounding error on lines, where their sum differs from the total',
    url: 'https://github.com/odoo/odoo/pull/251155',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { invoices: (database) => new InvoicesThatDoNotAddUp(database) }),
})

class InvoicesThatDoNotAddUp extends Invoices {
  protected override totalOf(lines: readonly InvoiceLine[]): bigint {
    return roundToMinor(lines.reduce((sum, { micros }) => sum + micros, 0n))
  }
}
