import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { UsageRecorder } from '../src/reference/usage-recorder.ts'
import type { Outcome, PricedEvent } from '../src/reference/usage-recorder.ts'

export default defineDefect(billing, {
  name: 'claimed-before-written',
  breaks: ['billing.events.crash', 'billing.events.exactly-once'],
  description:
    'The key is claimed, and committed, before the event is written: when the process dies in between, the event that is sent again is taken for a duplicate, and never counted.',
  incident: {
    title: 'NServiceBus #5557: InMemory gateway deduplication can cause message loss',
    url: 'https://github.com/Particular/NServiceBus/pull/5557',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { recorder: (parts) => new ClaimingRecorder(parts), crashPoints: ['record.claimed'] }),
})

class ClaimingRecorder extends UsageRecorder {
  #prepared: Promise<unknown> | undefined

  protected override async store(events: readonly PricedEvent[]): Promise<ReadonlyMap<number, Outcome>> {
    const { database, step } = this.parts
    this.#prepared ??= database.retried(
      'CREATE TABLE IF NOT EXISTS claims (tenant text, key text, content text, PRIMARY KEY (tenant, key))',
      [],
    )
    await this.#prepared
    const rows = events.map(({ event: { tenant, key, ...content } }) => ({
      tenant,
      key,
      content: JSON.stringify(content),
    }))
    const won = await database.query<{ tenant: string; key: string }>(
      `INSERT INTO claims SELECT * FROM json_populate_recordset(NULL::claims, $1) ORDER BY tenant, key
       ON CONFLICT DO NOTHING RETURNING tenant, key`,
      [JSON.stringify(rows)],
    )
    step('record.claimed')
    const claimed = new Set(won.map(({ tenant, key }) => JSON.stringify([tenant, key])))
    const isMine = ({ event: { tenant, key } }: PricedEvent): boolean => claimed.has(JSON.stringify([tenant, key]))
    // What was written before, or is of other content, is told apart by what is there.
    const known = await Promise.all(events.map(async (priced) => isMine(priced) || (await this.#isWritten(priced))))
    const outcomes = await super.store(events.filter((_, index) => known[index]))
    const taken = events.filter((_, index) => !known[index])
    return new Map([...outcomes, ...taken.map(duplicate)])
  }

  async #isWritten({ event: { tenant, key } }: PricedEvent): Promise<boolean> {
    const rows = await this.parts.database.query('SELECT FROM usage_events WHERE tenant = $1 AND key = $2', [
      tenant,
      key,
    ])
    return rows.length > 0
  }
}

function duplicate({ ordinal }: PricedEvent): [number, Outcome] {
  return [ordinal, { isNew: false, chargeMicros: 0n }]
}
