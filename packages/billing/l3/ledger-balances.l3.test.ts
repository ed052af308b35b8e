import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import type { Journal } from '@proving-ground/core-harness/history'
import { bank } from '@proving-ground/core-harness/history/checkers/bank'
import { seededRandom, seedOf } from '@proving-ground/core-harness/statistics/seeded-random'
import { billing } from '../src/contract.ts'
import type { AccountRef, BillingNode, BillingOptions, Micros } from '../src/contract.ts'
import { move, nameOf, outOfBalance, range, readLedger, watch } from './ledger.ts'
import type { Movement } from './ledger.ts'
import { EVENT_MICROS, eventOf, hostNodes, leaseStores } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const TENANTS = ['acme', 'globex'] as const
const OWN: readonly AccountRef[] = TENANTS.flatMap((tenant) => [
  { tenant, account: 'main' },
  { tenant, account: 'spare' },
])
const DEPOSIT: Micros = 500n
const CLIENTS = 12
const ACTS = 12

interface Client {
  readonly node: BillingNode
  readonly journal: Journal
  readonly number: number
  readonly random: () => number
}

type Act = (client: Client, key: string) => Promise<void>

/** A transfer between any two own accounts; an operation with a credit and two debits; two events. */
const ACTIONS: readonly Act[] = [
  async ({ node, journal, random }, key) => {
    const from = Math.floor(random() * OWN.length)
    const to = (from + 1 + Math.floor(random() * (OWN.length - 1))) % OWN.length
    const transfer = { key, from: OWN[from]!, to: OWN[to]!, amountMicros: BigInt(1 + Math.floor(random() * 300)) }
    const movement = { from: nameOf(transfer.from), to: nameOf(transfer.to), amountMicros: transfer.amountMicros }
    await move(journal, [movement], () => node.transfer(transfer))
  },
  async ({ node, journal, random }, key) => {
    const account = OWN[Math.floor(random() * OWN.length)]!
    const amountsMicros = [5n, -BigInt(1 + Math.floor(random() * 200)), -3n]
    const movements = amountsMicros.map((amount) => movementOf(account, amount))
    await move(journal, movements, () => node.operate({ key, ...account, amountsMicros }))
  },
  async ({ node, journal, random, number }, key) => {
    const tenant = TENANTS[Math.floor(random() * TENANTS.length)]!
    const events = [1, 2].map((part) => eventOf(number, { tenant, key: `${key}, ${part}` }))
    await move(
      journal,
      events.map(() => chargeOf(tenant)),
      () => node.record(events),
    )
  },
]

function movementOf(account: AccountRef, amount: Micros): Movement {
  const [own, { tenant }] = [nameOf(account), account]
  return amount > 0n
    ? { from: nameOf({ tenant, kind: 'system', account: 'funding' }), to: own, amountMicros: amount }
    : { from: own, to: nameOf({ tenant, kind: 'system', account: 'revenue' }), amountMicros: -amount }
}

function chargeOf(tenant: string): Movement {
  const [from, to] = ['usage', 'revenue'].map((account) => nameOf({ tenant, kind: 'system', account }))
  return { from: from!, to: to!, amountMicros: EVENT_MICROS }
}

/** Opens all accounts, those of the system too. */
async function openAll(node: BillingNode): Promise<void> {
  await Promise.all(OWN.map((account) => node.openAccount(account, DEPOSIT)))
  await node.record(TENANTS.map((tenant) => eventOf(0, { tenant })))
}

guarantee('billing.ledger.balances', async (context) => {
  const nodes = await hostNodes(context, 3, await leaseStores(context))
  const journal = context.history('ledger')
  await openAll(nodes[0]!.service)
  const look = async (node: BillingNode): Promise<void> =>
    expect(outOfBalance(await readLedger(journal, node))).toEqual([])
  await look(nodes[0]!.service)

  const work = range(CLIENTS).map(async (number) => {
    const node = nodes[number % nodes.length]!.service
    const client = { node, journal, number, random: seededRandom(seedOf(context.mode.seed, number, 0)) }
    for (const act of range(ACTS)) await ACTIONS[act % ACTIONS.length]!(client, `act ${act} of client ${number}`)
  })
  const { looks } = await watch(nodes, look, Promise.all(work))
  await look(nodes[0]!.service)

  context.sometimes('a snapshot was taken while money moved', looks, nodes.length)
  await context.check(journal, bank, { total: 0, allowNegative: true })
})
