import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import pg from 'pg'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { BillingError } from '../src/errors.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Database, codeOf } from '../src/reference/database.ts'

export default defineDefect(billing, {
  name: 'pool-of-the-dead',
  breaks: ['billing.sla.faults#acknowledged'],
  description:
    'The service keeps its connection to PostgreSQL for ever: when that is lost, all requests fail until a restart.',
  incident: {
    title: 'yc-software/qm #136: Postgres pool death never recovers without a machine restart',
    url: 'https://github.com/yc-software/qm/issues/136',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { database: ({ postgresUrl, poolSize = 10 }) => new Faithful(postgresUrl, poolSize) }),
})

class Faithful extends Database {
  readonly #client: Promise<pg.Client>

  constructor(url: string, poolSize: number) {
    super(url, poolSize)
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    this.#client = client.connect().then(() => client)
  }

  override async query<Row extends pg.QueryResultRow>(
    statement: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    try {
      return (await (await this.#client).query<Row>(statement, [...values])).rows
    } catch (error) {
      if (codeOf(error) !== undefined) throw error
      throw new BillingError('ERR_BILLING_UNAVAILABLE', 'the database did not answer', { cause: error })
    }
  }

  override async close(): Promise<void> {
    await Promise.allSettled([super.close(), this.#client.then((client) => client.end())])
  }
}
