import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Outbox } from '../src/reference/outbox.ts'

const MOST_ATTEMPTS = 3

export default defineDefect(billing, {
  name: 'outbox-gives-up',
  breaks: ['billing.dual.outage'],
  description: 'What could not be inserted three times in a row is dropped from the outbox.',
  incident: {
    title: 'langfuse #15730: ClickhouseWriter silently drops records after max retries',
    url: 'https://github.com/langfuse/langfuse/issues/15730',
  },
  open: (options: BillingOptions) => createBillingNode(options, { outbox: (parts) => new ImpatientOutbox(parts) }),
})

class ImpatientOutbox extends Outbox {
  #failures = 0

  protected override async carry(): Promise<number> {
    try {
      const carried = await super.carry()
      this.#failures = 0
      return carried
    } catch (error) {
      if (++this.#failures < MOST_ATTEMPTS) throw error
      this.#failures = 0
      const dropped = await this.parts.database.query('DELETE FROM outbox RETURNING id')
      return dropped.length
    }
  }
}
