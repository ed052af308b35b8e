import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { analysed, eventOf, hostNodes, invoiced, leaseStores, quiet } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

guarantee('billing.dual.same-sums', async (context) => {
  const nodes = await hostNodes(context, 2, await leaseStores(context))
  await Promise.all(
    Array.from({ length: 40 }, (_, batch) =>
      nodes[batch % 2]!.service.record(
        Array.from({ length: 25 }, (_, index) => eventOf(20 * batch + index, { promptTokens: 100 + batch })),
      ).catch((error: { code: string }) => expect(error.code).toBe('ERR_BILLING_KEY_REUSED')),
    ),
  )
  await quiet(nodes[0]!.service)
  const { events, ...analytics } = await analysed(nodes[1]!.service)
  expect(analytics).toEqual(await invoiced(nodes[0]!.service))
  expect(events).toBeGreaterThan(100)
})
