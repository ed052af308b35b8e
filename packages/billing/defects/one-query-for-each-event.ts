import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, Invoice } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import type { Database } from '../src/reference/database.ts'
import { Invoices } from '../src/reference/invoices.ts'

export default defineDefect(billing, {
  name: 'one-query-for-each-event',
  breaks: ['billing.database.parallel-reads'],
  description: 'An invoice reads each of its events by a query of its own.',
  incident: {
    title: 'getlago/lago-api #5369: Preload customer associations on invoices (N+1 queries, up to 11 s)',
    url: 'https://github.com/getlago/lago-api/pull/5369',
  },
  open: (options: BillingOptions) => createBillingNode(options, { invoices: (database) => new EventByEvent(database) }),
})

class EventByEvent extends Invoices {
  readonly #events: Database

  constructor(database: Database) {
    super(database)
    this.#events = database
  }

  override async invoice(tenant: string, period: string): Promise<Invoice> {
    const keys = await this.#events.query<{ key: string }>('SELECT key FROM usage_events WHERE tenant = $1', [tenant])
    for (const { key } of keys)
      await this.#events.query('SELECT charge_micros FROM usage_events WHERE tenant = $1 AND key = $2', [tenant, key])
    return await super.invoice(tenant, period)
  }
}
