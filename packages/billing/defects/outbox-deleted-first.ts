import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import type { AnalyticsLine } from '../src/reference/analytics.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Outbox } from '../src/reference/outbox.ts'

export default defineDefect(billing, {
  name: 'outbox-deleted-first',
  breaks: ['billing.dual.crash', 'billing.dual.outage'],
  description:
    'A row leaves the outbox, and that is committed, before its lines are inserted: when the process dies or the insert fails, they are lost.',
  incident: {
    title: 'ClickHouse #111537: S3Queue deletes the source before the rows it has read from it are durable',
    url: 'https://github.com/ClickHouse/ClickHouse/issues/111537',
  },
  open: (options: BillingOptions) => createBillingNode(options, { outbox: (parts) => new HastyOutbox(parts) }),
})

class HastyOutbox extends Outbox {
  protected override async carry(): Promise<number> {
    const { database, analytics, step } = this.parts
    const rows = await database.query<{ lines: AnalyticsLine[] }>('DELETE FROM outbox RETURNING lines')
    if (rows.length === 0) return 0
    step('outbox.taken')
    await analytics.insert(rows.flatMap(({ lines }) => lines))
    step('outbox.inserted')
    return rows.length
  }
}
