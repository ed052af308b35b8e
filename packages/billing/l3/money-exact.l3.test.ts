import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { seededRandom, seedOf } from '@proving-ground/core-harness/statistics/seeded-random'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, InvoiceLine, Price, UsageEvent } from '../src/contract.ts'
import { costOf, inMicros, nearest, randomPrices, randomTokens } from './exact-money.ts'
import { range } from './ledger.ts'
import { eventOf, hostNodes, leaseStores, NOW_MS, PERIOD } from './nodes.ts'
import type { Node } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const MODELS = 4
const BATCHES = 8
const IN_A_BATCH = 60
/** What one token costs is a millionth of a minor unit: halves are easily made. */
const HALVES: Price = {
  model: 'halves',
  tier: 'free',
  promptMinorPerMillion: 1,
  completionMinorPerMillion: 3,
  includedPromptTokens: 250_000,
  includedCompletionTokens: 0,
}

/** Batches over all prices: each model and tier is in several of them. */
function randomBatches(seed: number, tenant: string, prices: readonly Price[]): readonly UsageEvent[][] {
  const random = seededRandom(seed)
  return range(BATCHES).map((batch) =>
    range(IN_A_BATCH).map((place) => {
      const { model, tier } = prices[Math.floor(random() * prices.length)]!
      const tokens = { promptTokens: randomTokens(random), completionTokens: randomTokens(random) }
      const key = `event ${place} of batch ${batch}`
      return eventOf(0, { key, tenant, model, tier, ...tokens, atMs: NOW_MS - Math.floor(random() * 1_000_000_000) })
    }),
  )
}

function linesOf(prices: readonly Price[], events: readonly UsageEvent[]): Partial<InvoiceLine>[] {
  return prices.flatMap((price) => {
    const mine = events.filter(({ model, tier }) => model === price.model && tier === price.tier)
    if (mine.length === 0) return []
    const cost = costOf(price, mine)
    const { model, tier } = price
    return [{ kind: 'usage', model, tier, micros: inMicros(cost), amountMinor: nearest(cost) }]
  })
}

async function expectLines(
  node: BillingNode,
  tenant: string,
  expected: readonly Partial<InvoiceLine>[],
): Promise<void> {
  const { lines } = await node.invoice(tenant, PERIOD)
  expect(lines).toHaveLength(expected.length)
  for (const line of expected)
    expect(lines.find(({ model, tier }) => model === line.model && tier === line.tier)).toMatchObject(line)
}

/** One batch after the other: what each event adds to what all before it cost. */
async function chargeInSequence(node: BillingNode, prices: readonly Price[], seed: number): Promise<void> {
  const batches = randomBatches(seed, 'one by one', prices)
  const before: UsageEvent[] = []
  for (const batch of batches) {
    const recorded = await node.record(batch)
    const expected = batch.map((event) => {
      const price = prices.find(({ model, tier }) => model === event.model && tier === event.tier)!
      const mine = before.filter(({ model, tier }) => model === event.model && tier === event.tier)
      before.push(event)
      return inMicros(costOf(price, [...mine, event])) - inMicros(costOf(price, mine))
    })
    expect(recorded.map(({ chargeMicros }) => chargeMicros)).toEqual(expected)
  }
  await expectLines(node, 'one by one', linesOf(prices, before))
}

/** All batches at once: whatever came first, the month costs the same. */
async function chargeAtOnce(nodes: readonly Node[], prices: readonly Price[], seed: number): Promise<void> {
  const batches = randomBatches(seed, 'at once', prices)
  const sending = batches.map((batch, number) => nodes[number % nodes.length]!.service.record(batch))
  const recorded = (await Promise.all(sending)).flat()
  const lines = linesOf(prices, batches.flat())
  const charged = recorded.reduce((all, { chargeMicros }) => all + chargeMicros, 0n)
  expect(charged).toBe(lines.reduce((all, { micros }) => all + micros!, 0n))
  await expectLines(nodes[0]!.service, 'at once', lines)
}

/** Months that cost a whole number of minor units and a half, and the least bit less and more: each of several events. */
async function roundHalves(node: BillingNode, seed: number): Promise<number> {
  const random = seededRandom(seed)
  const wholes = [0, 1, 2, 7, 900]
  const months = wholes.flatMap((whole) => [-1, 0, 1].map((off) => ({ whole, off })))
  for (const { whole, off } of months) {
    const tenant = `${whole} and a half, ${off}`
    const tokens = HALVES.includedPromptTokens + whole * 1_000_000 + 500_000 + off
    const first = Math.floor(random() * tokens)
    const second = Math.floor(random() * (tokens - first))
    const parts = [first, second, tokens - first - second]
    const events = parts.map((promptTokens, part) =>
      eventOf(part, { tenant, model: HALVES.model, tier: HALVES.tier, promptTokens, completionTokens: 0 }),
    )
    for (const event of events) await node.record([event])
    const isUp = off > 0 || (off === 0 && whole % 2 === 1)
    const [line] = linesOf([HALVES], events)
    expect(line!.amountMinor).toBe(BigInt(whole) + (isUp ? 1n : 0n))
    await expectLines(node, tenant, [line!])
  }
  return wholes.length
}

guarantee('billing.money.exact', async (context) => {
  const seeds = range(4).map((purpose) => seedOf(context.mode.seed, 0, purpose))
  const prices = randomPrices(seeds[0]!, MODELS)
  const nodes = await hostNodes(context, 2, await leaseStores(context, { prices: [...prices, HALVES] }))
  await chargeInSequence(nodes[0]!.service, prices, seeds[1]!)
  await chargeAtOnce(nodes, prices, seeds[2]!)
  const halves = await roundHalves(nodes[0]!.service, seeds[3]!)
  context.sometimes('a line was exactly between two minor units', halves)
})
