import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Refunds } from '../src/reference/refunds.ts'

export default defineDefect(billing, {
  name: 'refunds-beside-each-other',
  breaks: ['billing.money.refunds-bounded'],
  description: 'What was given back before is summed without a lock: two refunds at once do not see each other.',
  incident: {
    title: 'hyperswitch #13182: Concurrent refunds can exceed captured payment amount (TOCTOU race condition)',
    url: 'https://github.com/juspay/hyperswitch/issues/13182',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { refunds: (database) => new UnlockedRefunds(database) }),
})

class UnlockedRefunds extends Refunds {
  protected override async lockEvent(...[client, refund]: Parameters<Refunds['lockEvent']>): Promise<bigint> {
    return await super.lockEvent(client, refund, '')
  }
}
