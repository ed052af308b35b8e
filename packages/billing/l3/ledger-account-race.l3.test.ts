import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, Micros } from '../src/contract.ts'
import { conflictsOf, outOfBalance, range } from './ledger.ts'
import { hostNodes, leaseStores } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

/** As in the high-load report: 20 at once, 3 steps each. */
const OPERATIONS = 20
const ROUNDS = 3
const DEPOSIT: Micros = 1_000n
const ACCOUNT = { tenant: 'acme', account: 'main' }

/** Some add money and some take it, in steps that differ. */
function stepsOf(number: number): Micros[] {
  const amount = BigInt(number + 1)
  return number % 2 === 0 ? [amount, 2n * amount, -amount] : [-amount, 3n * amount, -amount]
}

guarantee('billing.ledger.account-race', async (context) => {
  const nodes = await hostNodes(context, 3, await leaseStores(context))
  const { service } = nodes[0]!
  await service.openAccount(ACCOUNT, DEPOSIT)
  const before = await service.account(ACCOUNT)
  let expected = { balanceMicros: DEPOSIT, version: before.version }

  for (const round of range(ROUNDS)) {
    const answers = await Promise.all(
      range(OPERATIONS).map((number) =>
        nodes[number % nodes.length]!.service.operate({
          key: `operation ${number} of round ${round}`,
          ...ACCOUNT,
          amountsMicros: stepsOf(number),
        }),
      ),
    )
    expect(answers.filter(({ status }) => status === 'done')).toHaveLength(OPERATIONS)
    // Each was made on what the one before it left: no two ended with the same version.
    const versions = answers.map(({ version }) => version).toSorted((a, b) => a - b)
    expect(versions).toEqual(range(OPERATIONS).map((place) => expected.version + 3 * (place + 1)))
    const change = range(OPERATIONS)
      .flatMap(stepsOf)
      .reduce((sum, step) => sum + step, 0n)
    expected = { balanceMicros: expected.balanceMicros + change, version: expected.version + 3 * OPERATIONS }
    expect(await service.account(ACCOUNT)).toMatchObject(expected)
  }

  expect(outOfBalance(await service.ledger())).toEqual([])
  const { met, resolved } = await conflictsOf(nodes)
  context.evidence({ operations: OPERATIONS * ROUNDS, conflicts: met, operationsAfterConflicts: resolved })
  context.sometimes('a change of the account met another', met)
  context.sometimes('an operation was done after a conflict', resolved)
})
