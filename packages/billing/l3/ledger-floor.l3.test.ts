import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, Micros } from '../src/contract.ts'
import { outOfBalance, range, togetherMicros, unlessFloor, watch } from './ledger.ts'
import { hostNodes, leaseStores } from './nodes.ts'
import type { Node } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const DEBITS = 24
const DEBIT: Micros = 70n

interface Case {
  readonly tenant: string
  readonly depositMicros: Micros
  readonly floorMicros: Micros
  /** As many as can be taken. */
  readonly debits: number
}

const CASES: readonly Case[] = [
  { tenant: 'at nothing', depositMicros: 500n, floorMicros: 0n, debits: 7 },
  { tenant: 'with credit', depositMicros: 100n, floorMicros: -400n, debits: 7 },
  { tenant: 'with a reserve', depositMicros: 910n, floorMicros: 350n, debits: 8 },
]

/** All debits at once, each of which could be made alone: half of them pay the service, half another tenant. */
async function debitAtOnce(nodes: readonly Node[], tenant: string): Promise<number> {
  const from = { tenant, account: 'main' }
  const to = { tenant: 'payee', account: 'main' }
  const debits = range(DEBITS).map((number) => {
    const { service } = nodes[number % nodes.length]!
    const key = `debit ${number} of ${tenant}`
    return number % 2 === 0
      ? service.operate({ key, ...from, amountsMicros: [-DEBIT] })
      : service.transfer({ key, from, to, amountMicros: DEBIT })
  })
  const done = await Promise.all(debits.map(unlessFloor))
  return done.filter(Boolean).length
}

guarantee('billing.ledger.floor', async (context) => {
  const nodes = await hostNodes(context, 3, await leaseStores(context))
  const { service } = nodes[0]!
  await service.openAccount({ tenant: 'payee', account: 'main' }, 0n)
  let refused = 0
  for (const { tenant, depositMicros, floorMicros, debits } of CASES) {
    await service.openAccount({ tenant, account: 'main' }, depositMicros)
    await service.setFloor(tenant, floorMicros)
    const look = async (node: BillingNode): Promise<void> =>
      expect(await togetherMicros(node, tenant)).toBeGreaterThanOrEqual(floorMicros)
    const { result } = await watch(nodes, look, debitAtOnce(nodes, tenant))
    expect(result).toBe(debits)
    expect(await togetherMicros(service, tenant)).toBe(depositMicros - BigInt(debits) * DEBIT)
    refused += DEBITS - debits
    // What is above the floor can still be taken, to the last.
    const left = depositMicros - BigInt(debits) * DEBIT - floorMicros
    const last = { key: 'last', tenant, account: 'main' }
    if (left > 0n) await service.operate({ ...last, amountsMicros: [-left] })
    const beyond = service.operate({ ...last, key: 'beyond', amountsMicros: [-1n] })
    await expect(beyond).rejects.toMatchObject({ code: 'ERR_BILLING_FLOOR' })
  }
  expect(outOfBalance(await service.ledger())).toEqual([])
  context.sometimes('a debit that could be made alone was refused', refused)
})
