import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import pg from 'pg'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'
import type { RecorderParts } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'looked-up-one-by-one',
  breaks: ['billing.database.bulk-insert'],
  description:
    'Each event of a batch is looked up in a transaction of its own, one at a time, over a connection of its own.',
  incident: {
    title: 'cbcoutinho/nextcloud-mcp-server #1084: batch per-document metering into one transaction',
    url: 'https://github.com/cbcoutinho/nextcloud-mcp-server/pull/1084',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { recorder: (parts) => new OneByOne(parts, options.postgresUrl) }),
})

class OneByOne extends UsageRecorder {
  readonly #url: string
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: RecorderParts, url: string) {
    super(parts)
    this.#url = url
  }

  protected override async store(...[events]: Parameters<UsageRecorder['store']>): ReturnType<UsageRecorder['store']> {
    for (const { event } of events) await (this.#turn = this.#turn.then(() => this.#lookUp(event.tenant, event.key)))
    return await super.store(events)
  }

  async #lookUp(tenant: string, key: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url })
    await client.connect()
    await client.query('SELECT FROM usage_events WHERE tenant = $1 AND key = $2', [tenant, key])
    await client.end()
  }
}
