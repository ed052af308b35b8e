import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, Micros, Refund } from '../src/contract.ts'
import { outOfBalance, range } from './ledger.ts'
import { EVENT_MICROS, eventOf, hostNodes, leaseStores, PERIOD, PLAIN_PRICE } from './nodes.ts'
import type { Node } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const EVENTS = 12
/** For each event: three of them are the whole charge and less than a further one. */
const AT_ONCE = 9
const SHARE = 3_000
const REFUSED = { code: 'ERR_BILLING_REFUND' }

/** What refunds of a tenant's events come to on its invoice. */
async function refundedMicros(node: BillingNode, tenant: string): Promise<Micros> {
  const { lines } = await node.invoice(tenant, PERIOD)
  return lines.filter(({ kind }) => kind === 'refund').reduce((sum, { micros }) => sum - micros, 0n)
}

/** Shares are of the charge, not of what is left of it, and what is cut off is given back with the last. */
async function giveBackInParts(node: BillingNode): Promise<void> {
  const tenant = 'halves'
  await node.record([eventOf(0, { tenant }), eventOf(1, { tenant }), eventOf(2, { tenant, promptTokens: 0 })])
  const half = { tenant, shareBasisPoints: 5_000 }
  const refunds = [
    await node.refund({ ...half, key: 'first half', of: 'event 0' }),
    await node.refund({ ...half, key: 'second half', of: 'event 0' }),
  ]
  expect(refunds).toEqual(range(2).map(() => ({ status: 'refunded', amountMicros: EVENT_MICROS / 2n })))
  const more = { tenant, key: 'more', of: 'event 0', shareBasisPoints: 1 }
  await expect(node.refund(more)).rejects.toMatchObject(REFUSED)
  const again = await node.refund({ ...half, key: 'second half', of: 'event 0' })
  expect(again).toEqual({ status: 'duplicate', amountMicros: EVENT_MICROS / 2n })
  const other = node.refund({ ...half, key: 'second half', of: 'event 1' })
  await expect(other).rejects.toMatchObject({ code: 'ERR_BILLING_KEY_REUSED' })

  // Thirds of 70 micros are no whole numbers of them: together they are what was charged.
  let given = 0n
  for (const [number, shareBasisPoints] of [3_333, 3_333, 3_334].entries()) {
    const third = { tenant, key: `third ${number}`, of: 'event 2', shareBasisPoints }
    given += (await node.refund(third)).amountMicros
  }
  expect(given).toBe(70n)
  expect(await refundedMicros(node, tenant)).toBe(EVENT_MICROS + 70n)
}

/** Many refunds of each event at once, over all nodes: three of each are taken. */
async function giveBackAtOnce(nodes: readonly Node[]): Promise<number> {
  const tenant = 'acme'
  await nodes[0]!.service.record(range(EVENTS).map((number) => eventOf(number, { tenant })))
  let refused = 0
  const giveBack = async ({ service }: Node, refund: Refund): Promise<Micros> => {
    try {
      return (await service.refund(refund)).amountMicros
    } catch (error) {
      expect(error).toMatchObject(REFUSED)
      refused++
      return 0n
    }
  }
  for (const event of range(EVENTS)) {
    const amounts = await Promise.all(
      range(AT_ONCE).map((number) =>
        giveBack(nodes[number % nodes.length]!, {
          key: `refund ${number} of ${event}`,
          tenant,
          of: `event ${event}`,
          shareBasisPoints: SHARE,
        }),
      ),
    )
    expect(amounts.reduce((sum, amount) => sum + amount, 0n)).toBe((3n * BigInt(SHARE) * EVENT_MICROS) / 10_000n)
  }
  const { service } = nodes[0]!
  const expected = (BigInt(EVENTS) * 3n * BigInt(SHARE) * EVENT_MICROS) / 10_000n
  expect(await refundedMicros(service, tenant)).toBe(expected)
  return refused
}

/** Beside new events of the same tenant, with which they share the accounts of the system. */
async function giveBackBesideUsage(nodes: readonly Node[]): Promise<void> {
  const tenant = 'busy'
  const events = range(30).map((number) => eventOf(number, { tenant }))
  await nodes[0]!.service.record(events)
  await Promise.all(
    events.flatMap(({ key }, number) => {
      const { service } = nodes[number % nodes.length]!
      return [
        service.refund({ key, tenant, of: key, shareBasisPoints: 10_000 }),
        service.record([eventOf(1_000 + number, { tenant })]),
      ]
    }),
  )
  const whole = BigInt(events.length) * EVENT_MICROS
  const { lines } = await nodes[0]!.service.invoice(tenant, PERIOD)
  const { model, tier } = PLAIN_PRICE
  expect(lines).toMatchObject([
    { kind: 'usage', model, tier, micros: 2n * whole },
    { kind: 'refund', model, tier, micros: -whole },
  ])
}

guarantee('billing.money.refunds-bounded', async (context) => {
  const nodes = await hostNodes(context, 3, await leaseStores(context))
  const { service } = nodes[0]!
  await giveBackInParts(service)
  const refused = await giveBackAtOnce(nodes)
  await giveBackBesideUsage(nodes)
  const unknown = service.refund({ key: 'of nothing', tenant: 'acme', of: 'nothing', shareBasisPoints: 1 })
  await expect(unknown).rejects.toMatchObject({ code: 'ERR_BILLING_UNKNOWN' })
  const accounts = await service.ledger()
  expect(outOfBalance(accounts)).toEqual([])
  expect(accounts.reduce((sum, { balanceMicros }) => sum + balanceMicros, 0n)).toBe(0n)
  context.sometimes('a refund came when too little was left', refused)
})
