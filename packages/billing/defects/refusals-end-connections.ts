import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import type pg from 'pg'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Database } from '../src/reference/database.ts'

export default defineDefect(billing, {
  name: 'refusals-end-connections',
  breaks: ['billing.database.pool-reuse'],
  description: 'A connection over which the server refused anything is thrown away, and another is opened.',
  incident: {
    title: 'xtuple/xtuple #3108: destroy() on any pg connection pool client connections that generated an error',
    url: 'https://github.com/xtuple/xtuple/pull/3108',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { database: ({ postgresUrl, poolSize = 10 }) => new Wasteful(postgresUrl, poolSize) }),
})

class Wasteful extends Database {
  /** The shortcut of the pool, which keeps no connection over which a statement failed. */
  override async query<Row extends pg.QueryResultRow>(
    statement: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return (await this.pool.query<Row>(statement, [...values])).rows
  }
}
