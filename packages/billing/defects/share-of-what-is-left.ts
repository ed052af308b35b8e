import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Refunds } from '../src/reference/refunds.ts'

export default defineDefect(billing, {
  name: 'share-of-what-is-left',
  breaks: ['billing.money.refunds-bounded'],
  description: 'A second refund is a share of what the first one left: twice a half gives back three quarters.',
  incident: {
    title: 'chameleon-system #421: a second percentage was calculated from the already discounted price',
    url: 'https://github.com/chameleon-system/chameleon-system/issues/421',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { refunds: (database) => new RefundsOfTheRest(database) }),
})

class RefundsOfTheRest extends Refunds {
  protected override amountOf(...[refund, before]: Parameters<Refunds['amountOf']>): bigint {
    super.amountOf(refund, before)
    return ((before.chargeMicros - before.amountMicros) * BigInt(refund.shareBasisPoints)) / 10_000n
  }
}
