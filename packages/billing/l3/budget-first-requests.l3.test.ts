import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, Micros } from '../src/contract.ts'
import { granted, reserveAtOnce, togetherMs } from './budgets.ts'
import { range } from './ledger.ts'
import { hostNodes, leaseStores } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const DEFAULT_BUDGET: Micros = 100n
const ESTIMATE: Micros = 30n
const LET_IN = 3
/** Each new tenant is one chance for its first requests to pass by. */
const TENANTS = 6
const AT_ONCE = 15
/** On the way to the store, and back: what looks there first has not written yet when the others look. */
const LATENCY_MS = 10

guarantee('billing.budget.first-requests', async (context) => {
  const stores = await leaseStores(context, { defaultBudgetMicros: DEFAULT_BUDGET })
  const proxy = await context.proxy(stores.postgresUrl)
  const nodes = await hostNodes(context, 3, { ...stores, postgresUrl: proxy.url })
  const { service } = nodes[0]!
  const far = await context.fault(proxy.fault('postgres', { kind: 'latency', latencyMs: LATENCY_MS }), {
    verify: () => service.spent('nobody'),
  })
  let together = 0
  for (const number of range(TENANTS)) {
    const tenant = `newcomer ${number}`
    const asked = await reserveAtOnce(nodes, AT_ONCE, { tenant, prefix: 'request', estimateMicros: ESTIMATE })
    together += Number(togetherMs(asked) >= LATENCY_MS)
    const letIn = granted(asked)
    expect(letIn.length).toBe(LET_IN)
    await Promise.all(letIn.map(({ key, node }) => node.settle(key, tenant, ESTIMATE)))
    expect(await service.spent(tenant)).toBe(BigInt(LET_IN) * ESTIMATE)
    const rest = DEFAULT_BUDGET - BigInt(LET_IN) * ESTIMATE
    expect(await service.reserve('one more', tenant, rest + 1n)).toEqual({ isGranted: false, leftMicros: rest })
  }
  await far.heal()
  // Who was given a budget before its first request has that one.
  await service.setBudget('expected', 10n * ESTIMATE)
  const asked = await reserveAtOnce(nodes, AT_ONCE, { tenant: 'expected', prefix: 'request', estimateMicros: ESTIMATE })
  expect(granted(asked).length).toBe(10)
  context.sometimes('first requests of a new tenant were on their way together', together, TENANTS)
})
