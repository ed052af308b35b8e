import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { seededRandom, seedOf } from '@proving-ground/core-harness/statistics/seeded-random'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, Micros } from '../src/contract.ts'
import { granted, reserveAtOnce } from './budgets.ts'
import type { Asked } from './budgets.ts'
import { range } from './ledger.ts'
import { hostNodes, leaseStores } from './nodes.ts'
import type { Context, Node } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const ESTIMATE: Micros = 100n
const BUDGET: Micros = 1_000n
const AT_ONCE = 24
const WORKERS = 8

/** As many calls as the budget has room for are let in, whatever the others cost later. */
async function letIn(nodes: readonly Node[]): Promise<number> {
  const [tenant, { service }] = ['burst', nodes[0]!]
  await service.setBudget(tenant, BUDGET)
  const first = granted(await reserveAtOnce(nodes, AT_ONCE, { tenant, prefix: 'first', estimateMicros: ESTIMATE }))
  expect(first.length).toBe(10)
  expect(first.map(({ leftMicros }) => leftMicros).toSorted((a, b) => Number(a! - b!))).toEqual(
    range(10).map((place) => BigInt(place) * ESTIMATE),
  )
  // Half of them fail, and what was kept for them is given back; settled again, also with another cost, nothing changes.
  const costs = first.map((_, number) => (number % 2 === 0 ? 0n : ESTIMATE))
  for (const more of [0n, 0n, 1n]) {
    const settle = async ({ key, node }: Asked, number: number): Promise<void> => {
      const cost = costs[number]!
      await node.settle(key, tenant, cost === 0n ? 0n : cost + more)
    }
    await Promise.all(first.map(settle))
  }
  expect(await service.spent(tenant)).toBe(500n)
  const second = granted(await reserveAtOnce(nodes, AT_ONCE, { tenant, prefix: 'second', estimateMicros: ESTIMATE }))
  expect(second.length).toBe(5)

  // They cost more than was thought: that much is beyond the budget, and then it is used up.
  await Promise.all(second.map(({ key, node }) => node.settle(key, tenant, ESTIMATE + 7n)))
  expect(await service.spent(tenant)).toBe(BUDGET + 5n * 7n)
  const third = await reserveAtOnce(nodes, AT_ONCE, { tenant, prefix: 'third', estimateMicros: 1n })
  expect(granted(third).length).toBe(0)
  return AT_ONCE - first.length + (AT_ONCE - second.length)
}

/** Asked again with the same key, also at once, it is kept once, and answered the same. */
async function askAgain(nodes: readonly Node[]): Promise<void> {
  const [tenant, { service }] = ['again', nodes[0]!]
  await service.setBudget(tenant, BUDGET)
  const answers = await Promise.all(
    range(AT_ONCE).map((number) => nodes[number % nodes.length]!.service.reserve('same', tenant, 600n)),
  )
  expect(answers).toEqual(answers.map(() => ({ isGranted: true, leftMicros: 400n })))
  await expect(service.reserve('same', tenant, 601n)).rejects.toMatchObject({ code: 'ERR_BILLING_KEY_REUSED' })
  await expect(service.settle('never asked for', tenant, 1n)).rejects.toMatchObject({ code: 'ERR_BILLING_UNKNOWN' })
}

interface Spender {
  readonly node: BillingNode
  readonly tenant: string
  readonly number: number
  readonly mostBeyond: Micros
  readonly seed: number
}

/** Makes calls until one is refused. @returns what they cost, and the most that one cost beyond its estimate */
async function spend({ node, tenant, number, mostBeyond, seed }: Spender): Promise<{ costs: Micros; beyond: Micros }> {
  const random = seededRandom(seedOf(seed, number, 0))
  let [costs, beyond]: [Micros, Micros] = [0n, 0n]
  for (let call = 0; ; call++) {
    const key = `call ${call} of ${number}`
    const { isGranted } = await node.reserve(key, tenant, ESTIMATE)
    if (!isGranted) return { costs, beyond }
    const cost = BigInt(Math.floor(random() * Number(ESTIMATE + mostBeyond)))
    if (cost - ESTIMATE > beyond) beyond = cost - ESTIMATE
    await Promise.all([node.settle(key, tenant, cost), node.settle(key, tenant, cost)])
    costs += cost
  }
}

/** Workers make calls of any cost: at the end one of each is under way, which is what may be beyond the budget. */
async function workOn(context: Context, nodes: readonly Node[], mostBeyond: Micros): Promise<void> {
  const [tenant, { service }] = [`workers up to ${mostBeyond} beyond`, nodes[0]!]
  const budget = 10n * BUDGET
  await service.setBudget(tenant, budget)
  const shared = { tenant, mostBeyond, seed: context.mode.seed }
  const spenders = range(WORKERS).map((number) =>
    spend({ ...shared, number, node: nodes[number % nodes.length]!.service }),
  )
  const spent = await Promise.all(spenders)
  const costs = spent.reduce((sum, one) => sum + one.costs, 0n)
  const beyond = spent.reduce((sum, one) => sum + one.beyond, 0n)
  expect(await service.spent(tenant)).toBe(costs)
  expect(costs).toBeLessThanOrEqual(budget + beyond)
  // Nothing is kept any more: what is left can be spent, to the last.
  const left = costs < budget ? budget - costs : 0n
  expect(await service.reserve('beyond the last', tenant, left + 1n)).toMatchObject({ isGranted: false })
  if (left > 0n) expect(await service.reserve('last', tenant, left)).toEqual({ isGranted: true, leftMicros: 0n })
}

guarantee('billing.budget.bounded', async (context) => {
  const nodes = await hostNodes(context, 3, await leaseStores(context))
  const refused = await letIn(nodes)
  await askAgain(nodes)
  await workOn(context, nodes, 0n)
  await workOn(context, nodes, 60n)
  context.sometimes('a call that had room alone was refused', refused)
})
