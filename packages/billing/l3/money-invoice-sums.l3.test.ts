import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, Invoice, InvoiceLine, Micros } from '../src/contract.ts'
import { roundToMinor } from '../src/money.ts'
import { range } from './ledger.ts'
import { eventOf, leaseStores, NOW_MS, PERIOD, PLAIN_PRICE } from './nodes.ts'
import type { Context } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const DAY_MS = 86_400_000
const MODELS = ['gpt-a', 'gpt-b', 'gpt-c']
const PRICES = [PLAIN_PRICE.model, ...MODELS].map((model) => ({ ...PLAIN_PRICE, model, promptMinorPerMillion: 1 }))
/** What a prompt of so many tokens costs, in millionths of a minor unit, which is as many. */
const FOUR_TENTHS = 400_000
const SIX_TENTHS = 600_000

/** Months that meet, with when a node takes events of both: a year's end, the end of a leap February, and a usual one. */
const TURNS = [
  { before: '2026-09', after: '2026-10', firstMs: Date.UTC(2026, 9, 1), nowMs: NOW_MS },
  { before: '2026-12', after: '2027-01', firstMs: Date.UTC(2027, 0, 1), nowMs: Date.UTC(2027, 0, 15) },
  { before: '2028-02', after: '2028-03', firstMs: Date.UTC(2028, 2, 1), nowMs: Date.UTC(2028, 2, 15) },
]

function linesTogether({ lines }: Invoice): bigint {
  return lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
}

/** Three lines that are all rounded down, or up. @returns how often their exact sum is rounded to something else */
async function sumRounded(node: BillingNode): Promise<number> {
  let differing = 0
  for (const promptTokens of [FOUR_TENTHS, SIX_TENTHS]) {
    const tenant = `three of ${promptTokens}`
    await node.record(MODELS.map((model, key) => eventOf(key, { tenant, model, promptTokens, completionTokens: 0 })))
    const invoice = await node.invoice(tenant, PERIOD)
    expect(invoice.lines).toHaveLength(MODELS.length)
    expect(invoice.totalMinor).toBe(linesTogether(invoice))
    differing += Number(linesTogether(invoice) !== roundToMinor(BigInt(MODELS.length * promptTokens)))
  }
  return differing
}

function lineOf(kind: InvoiceLine['kind'], events: number, micros: Micros): Partial<InvoiceLine> {
  return { kind, promptTokens: 100 * events, completionTokens: 10 * events, micros }
}

/** Events that were sent twice, and refunds of some of them, one in two parts. */
async function holdOnce(node: BillingNode): Promise<void> {
  const tenant = 'initech'
  const micros = 100n * 1n + 10n * 7n
  const events = range(10).map((number) => eventOf(number, { tenant }))
  await node.record(events)
  await node.record(events.slice(0, 5))
  const refund = { tenant, shareBasisPoints: 5_000 }
  const refunds = [
    await node.refund({ ...refund, key: 'first part', of: 'event 0' }),
    await node.refund({ ...refund, key: 'second part', of: 'event 0' }),
    await node.refund({ ...refund, key: 'of another', of: 'event 9' }),
  ]
  await node.refund({ ...refund, key: 'second part', of: 'event 0' })
  const refunded = refunds.reduce((sum, { amountMicros }) => sum + amountMicros, 0n)
  const invoice = await node.invoice(tenant, PERIOD)
  expect(invoice.lines).toMatchObject([lineOf('usage', 10, 10n * micros), lineOf('refund', 0, -refunded)])
  expect(invoice.totalMinor).toBe(linesTogether(invoice))
}

/** Events around midnight UTC, of which those of the month before come late. */
async function turnMonths(context: Context, options: BillingOptions): Promise<void> {
  const micros = 100n * 1n + 10n * 7n
  const turn = async ({ before, after, firstMs, nowMs }: (typeof TURNS)[number]): Promise<void> => {
    const { service } = await context.host({ ...options, nowMs })
    const tenant = `from ${before} to ${after}`
    const offsets = { [before]: [-15 * DAY_MS, -9 * 3_600_000, -1], [after]: [0, 1, 9 * 3_600_000, 2 * DAY_MS] }
    const all = [...offsets[after]!, ...offsets[before]!]
    await service.record(all.map((offset, key) => eventOf(key, { tenant, atMs: firstMs + offset })))
    // What is given back belongs to the month of its event.
    const lastOfBefore = `event ${all.indexOf(-1)}`
    await service.refund({ key: 'all of it', tenant, of: lastOfBefore, shareBasisPoints: 10_000 })
    expect((await service.invoice(tenant, before)).lines).toMatchObject([
      lineOf('usage', 3, 3n * micros),
      lineOf('refund', 0, -micros),
    ])
    expect((await service.invoice(tenant, after)).lines).toMatchObject([lineOf('usage', 4, 4n * micros)])
  }
  await Promise.all(TURNS.map(turn))
}

guarantee('billing.money.invoice-sums', async (context) => {
  const options = await leaseStores(context, { prices: PRICES })
  const { service } = await context.host(options)
  const differing = await sumRounded(service)
  await holdOnce(service)
  expect(await service.invoice('nobody', PERIOD)).toEqual({
    tenant: 'nobody',
    period: PERIOD,
    lines: [],
    totalMinor: 0n,
  })
  await turnMonths(context, options)
  context.sometimes('rounded lines sum to something else than all of them rounded at once', differing)
})
