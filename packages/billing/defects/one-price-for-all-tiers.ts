import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, Price } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { PriceCache } from '../src/reference/price-cache.ts'

export default defineDefect(billing, {
  name: 'one-price-for-all-tiers',
  breaks: ['billing.sla.tiers#violations'],
  description: 'Prices are cached by model: whoever asks next, in whatever tier, pays what was cached.',
  incident: {
    title: 'shuup/shuup #1127: Cached prices without the customer in their key went to the wrong customer groups',
    url: 'https://github.com/shuup/shuup/pull/1127',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, {
      prices: ({ redisUrl, keyPrefix }, database) => new ByModel(redisUrl, keyPrefix, database),
    }),
})

class ByModel extends PriceCache {
  protected override nameOf({ model }: Pick<Price, 'model' | 'tier'>): string {
    return model
  }
}
