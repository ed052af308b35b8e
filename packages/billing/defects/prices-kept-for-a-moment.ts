import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { PriceCache } from '../src/reference/price-cache.ts'

export default defineDefect(billing, {
  name: 'prices-kept-for-a-moment',
  breaks: ['billing.sla.sustained#hit-rate'],
  description: 'How long a price is kept is given in hours and taken for milliseconds: nearly every look is a miss.',
  incident: {
    title: 'nestjs-redisx/nestjs-redisx #10: Caching does not work (a time in seconds is taken for milliseconds)',
    url: 'https://github.com/nestjs-redisx/nestjs-redisx/issues/10',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, {
      prices: ({ redisUrl, keyPrefix }, database) => new ForgetfulCache(redisUrl, keyPrefix, database),
    }),
})

class ForgetfulCache extends PriceCache {
  protected override readonly keptForMs = 1
}
