import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, Micros } from '../src/contract.ts'
import { outOfBalance, range, togetherMicros, unlessFloor } from './ledger.ts'
import { hostNodes, leaseStores } from './nodes.ts'
import type { Node } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

/** Each is a tenant of its own, in which two debits meet or pass by each other: it takes many for them to meet. */
const ROUNDS = 40
/** Rounds that run beside each other: enough to keep two cores busy, and few enough for a pair to meet. */
const BESIDE = 4
const DEPOSIT: Micros = 60n
/** More than one account has, and less than both; both debits are more than both have. */
const DEBIT: Micros = 100n

async function debitBoth([one, other]: readonly Node[], tenant: string): Promise<boolean[]> {
  const debit = ({ service }: Node, account: string): Promise<boolean> =>
    unlessFloor(service.operate({ key: `debit of ${account}`, tenant, account, amountsMicros: [-DEBIT] }))
  return await Promise.all([debit(one!, 'main'), debit(other!, 'spare')])
}

guarantee('billing.ledger.floor-across-accounts', async (context) => {
  const nodes = await hostNodes(context, 2, await leaseStores(context))
  const { service } = nodes[0]!
  let refused = 0
  const round = async (number: number): Promise<void> => {
    const tenant = `tenant ${number}`
    await Promise.all(['main', 'spare'].map((account) => service.openAccount({ tenant, account }, DEPOSIT)))
    const done = await debitBoth(number % 2 === 0 ? nodes : nodes.toReversed(), tenant)
    expect(done.filter(Boolean)).toHaveLength(1)
    expect(await togetherMicros(service, tenant)).toBe(2n * DEPOSIT - DEBIT)
    refused++
  }
  const rounds = range(ROUNDS)
  await Promise.all(
    range(BESIDE).map(async (lane) => {
      for (const number of rounds.filter((one) => one % BESIDE === lane)) await round(number)
    }),
  )
  expect(outOfBalance(await service.ledger())).toEqual([])
  context.sometimes('a debit of one account was refused because of one of the other', refused, ROUNDS)
})
