import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { uniqueEffects } from '@proving-ground/core-harness/history/checkers/unique-effects'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, UsageEvent } from '../src/contract.ts'
import { Deliveries } from './deliveries.ts'
import type { Delivery } from './deliveries.ts'
import { EVENT_MICROS, NOW_MS, PLAIN_PRICE, eventOf, hostNodes, invoiced, leaseStores } from './nodes.ts'
import type { Node } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const OTHER_MODEL = 'gpt-4o-mini'
const prices = [PLAIN_PRICE, { ...PLAIN_PRICE, tier: 'mid' }, { ...PLAIN_PRICE, model: OTHER_MODEL }] as const
/** Everything but what a key belongs to. */
const CHANGES: readonly Partial<UsageEvent>[] = [
  { tier: 'mid' },
  { model: OTHER_MODEL },
  { promptTokens: 101 },
  { promptTokens: 0 },
  { completionTokens: 11 },
  { atMs: NOW_MS - 60_001 },
  { promptTokens: 10, completionTokens: 100 },
]
const REFUSED = { code: 'ERR_BILLING_KEY_REUSED', field: 'events[0].key' }

async function refuseEachChange([first, second, third]: readonly Node[]): Promise<void> {
  const [event, fresh] = [eventOf(0), eventOf(1)]
  await first!.service.record([event])
  for (const change of CHANGES) {
    const other = { ...event, ...change }
    await expect(second!.service.record([other])).rejects.toMatchObject(REFUSED)
    await expect(third!.service.record([fresh, other])).rejects.toMatchObject({ ...REFUSED, field: 'events[1].key' })
    const twoInBatch = [fresh, { ...fresh, ...change }]
    await expect(first!.service.record(twoInBatch)).rejects.toMatchObject({ ...REFUSED, field: 'events[1].key' })
  }
  const [again] = await second!.service.record([event])
  expect(again).toEqual({ key: event.key, status: 'duplicate', chargeMicros: EVENT_MICROS })
  expect(await invoiced(third!.service)).toEqual({ promptTokens: 100, completionTokens: 10, micros: EVENT_MICROS })
}

const ROUNDS = Array.from({ length: 12 }, (_, round) => `tenant ${round}`)
/** So many that charge different amounts, each so many times. */
const CONTENTS = 4
const COPIES = 5

/** Of different contents at once one wins, all others are refused. */
async function raceContents(nodes: readonly Node[], deliveries: Deliveries): Promise<number> {
  let contested = 0
  for (const tenant of ROUNDS) {
    const sent = await Promise.all(
      Array.from({ length: CONTENTS * COPIES }, async (_, index) => {
        const event = eventOf(0, { tenant, promptTokens: 100 + (index % CONTENTS) })
        return { event, delivery: await deliveries.send(nodes[index % nodes.length]!.service, event) }
      }),
    )
    const accepted = sent.filter(({ delivery }) => delivery.status !== 'refused')
    expect(accepted.map(({ event }) => event.promptTokens)).toEqual(Array(COPIES).fill(accepted[0]?.event.promptTokens))
    expect(accepted.filter(({ delivery }) => delivery.status === 'recorded')).toHaveLength(1)
    const refused = sent.map(({ delivery }) => delivery).filter(isRefused)
    for (const delivery of refused) expect(delivery).toMatchObject(REFUSED)
    contested += refused.length
  }
  return contested
}

function isRefused({ status }: Delivery): boolean {
  return status === 'refused'
}

guarantee('billing.events.key-reuse', async (context) => {
  const nodes = await hostNodes(context, 3, await leaseStores(context, { prices }))
  await refuseEachChange(nodes)

  const journal = context.history('contents')
  const deliveries = new Deliveries(journal)
  context.sometimes('another content was refused in a race', await raceContents(nodes, deliveries))
  await deliveries.readBack(nodes[0]!.service, ROUNDS, () => eventOf(0).key)
  await context.check(journal, uniqueEffects)
})
