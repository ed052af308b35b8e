import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, Invoice } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import type { Database } from '../src/reference/database.ts'
import { Invoices } from '../src/reference/invoices.ts'

export default defineDefect(billing, {
  name: 'each-event-rounded',
  breaks: ['billing.money.exact'],
  description: 'Each event is rounded to whole minor units before they are summed: many small ones cost nothing.',
  incident: {
    title: 'langfuse #1041: Use the sum of total tokens when calculating the total cost',
    url: 'https://github.com/langfuse/langfuse/issues/1041',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { invoices: (database) => new EarlyRoundingInvoices(database) }),
})

class EarlyRoundingInvoices extends Invoices {
  readonly #database: Database

  constructor(database: Database) {
    super(database)
    this.#database = database
  }

  override async invoice(tenant: string, period: string): Promise<Invoice> {
    const invoice = await super.invoice(tenant, period)
    const rounded = await this.#database.query<Record<'model' | 'tier' | 'minor', string>>(
      `SELECT model, tier, sum(round(charge_micros / 1000000.0)) AS minor FROM usage_events
       WHERE tenant = $1 AND to_char(at AT TIME ZONE 'UTC', 'YYYY-MM') = $2 GROUP BY model, tier`,
      [tenant, period],
    )
    const lines = invoice.lines.map((line) => {
      const found = rounded.find(({ model, tier }) => model === line.model && tier === line.tier)
      return line.kind === 'usage' ? { ...line, amountMinor: BigInt(found!.minor) } : line
    })
    return { ...invoice, lines, totalMinor: this.totalOf(lines) }
  }
}
