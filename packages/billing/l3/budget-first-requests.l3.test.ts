import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, Micros } from '../src/contract.ts'
import { granted, reserveAtOnce } from './budgets.ts'
import { range } from './ledger.ts'
import { hostNodes, leaseStores } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const DEFAULT_BUDGET: Micros = 100n
const ESTIMATE: Micros = 30n
const LET_IN = 3
/** Each new tenant is one chance for its first requests to pass by. */
const TENANTS = 12
const AT_ONCE = 15

guarantee('billing.budget.first-requests', async (context) => {
  const nodes = await hostNodes(context, 3, await leaseStores(context, { defaultBudgetMicros: DEFAULT_BUDGET }))
  const { service } = nodes[0]!
  for (const number of range(TENANTS)) {
    const tenant = `newcomer ${number}`
    const asked = await reserveAtOnce(nodes, AT_ONCE, { tenant, prefix: 'request', estimateMicros: ESTIMATE })
    const letIn = granted(asked)
    expect(letIn.length).toBe(LET_IN)
    await Promise.all(letIn.map(({ key, node }) => node.settle(key, tenant, ESTIMATE)))
    expect(await service.spent(tenant)).toBe(BigInt(LET_IN) * ESTIMATE)
    const rest = DEFAULT_BUDGET - BigInt(LET_IN) * ESTIMATE
    expect(await service.reserve('one more', tenant, rest + 1n)).toEqual({ isGranted: false, leftMicros: rest })
  }
  // Who was given a budget before its first request has that one.
  await service.setBudget('expected', 10n * ESTIMATE)
  const asked = await reserveAtOnce(nodes, AT_ONCE, { tenant: 'expected', prefix: 'request', estimateMicros: ESTIMATE })
  expect(granted(asked).length).toBe(10)
  context.sometimes('first requests of a new tenant came at once', TENANTS)
})
