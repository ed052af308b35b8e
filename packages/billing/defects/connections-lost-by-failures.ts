import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Database } from '../src/reference/database.ts'
import type { Client } from '../src/reference/database.ts'

export default defineDefect(billing, {
  name: 'connections-lost-by-failures',
  breaks: ['billing.database.pool-reuse'],
  description: 'A transaction that fails keeps its connection: the pool has one less each time.',
  incident: {
    title: 'brianc/node-postgres #1777: Connection leak?',
    url: 'https://github.com/brianc/node-postgres/issues/1777',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { database: ({ postgresUrl, poolSize = 10 }) => new Leaking(postgresUrl, poolSize) }),
})

class Leaking extends Database {
  override async transaction<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect()
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    client.release()
    return result
  }
}
