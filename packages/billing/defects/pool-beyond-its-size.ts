import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import pg from 'pg'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Database } from '../src/reference/database.ts'

export default defineDefect(billing, {
  name: 'pool-beyond-its-size',
  breaks: ['billing.database.pool-reuse'],
  description: 'Each statement opens a connection of its own, and the pool says nothing of it.',
  incident: {
    title: 'mauricio/postgresql-async #213: connection pool seems to be unbound',
    url: 'https://github.com/mauricio/postgresql-async/issues/213',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { database: ({ postgresUrl, poolSize = 10 }) => new Unbound(postgresUrl, poolSize) }),
})

class Unbound extends Database {
  readonly #url: string

  constructor(url: string, poolSize: number) {
    super(url, poolSize)
    this.#url = url
  }

  override async query<Row extends pg.QueryResultRow>(
    statement: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.#url })
    await client.connect()
    try {
      return (await client.query<Row>(statement, [...values])).rows
    } finally {
      await client.end()
    }
  }
}
