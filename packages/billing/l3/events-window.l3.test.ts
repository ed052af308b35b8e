import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { FURTHEST_AHEAD_MS, OLDEST_EVENT_MS, billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { eventOf, leaseStores } from './nodes.ts'
import type { Context } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const SECOND_MS = 1_000
/** What a window of calendar days, of months, or of local time would get wrong. */
const NOWS = {
  noon: Date.UTC(2026, 9, 15, 12),
  'the first moment after a leap day': Date.UTC(2028, 2, 1),
  'the last second of a year': Date.UTC(2026, 11, 31, 23, 59, 59),
  'after the clocks have changed': Date.UTC(2026, 10, 2, 0, 30),
} as const
const OLDEST = { taken: [0, SECOND_MS], refused: -SECOND_MS } as const
const NEWEST = { taken: [0, -SECOND_MS], refused: SECOND_MS } as const

async function proveWindow(context: Context, options: BillingOptions, name: string, nowMs: number): Promise<void> {
  const { service } = await context.host({ ...options, nowMs })
  let number = 0
  for (const [boundMs, { taken, refused }] of [
    [nowMs - OLDEST_EVENT_MS, OLDEST],
    [nowMs + FURTHEST_AHEAD_MS, NEWEST],
  ] as const) {
    for (const distanceMs of taken) {
      const event = eventOf(number++, { tenant: name, atMs: boundMs + distanceMs })
      const answer = await service.record([event]).catch((error: Error) => error)
      expect({ distanceMs, answer }).toMatchObject({ distanceMs, answer: [{ status: 'recorded' }] })
    }
    const beyond = eventOf(number++, { tenant: name, atMs: boundMs + refused })
    const fresh = eventOf(number++, { tenant: name, atMs: nowMs })
    const refusal = { code: 'ERR_BILLING_INVALID', field: 'events[1].atMs' }
    await expect(service.record([fresh, beyond])).rejects.toMatchObject(refusal)
  }
  expect(await tokensIn(service, name, nowMs)).toBe(4 * 100)
}

/** Of the months in which the window begins and ends, and what is between. */
async function tokensIn(node: BillingNode, tenant: string, nowMs: number): Promise<number> {
  const days = Array.from({ length: 38 }, (_, day) => new Date(nowMs + FURTHEST_AHEAD_MS - day * 86_400_000))
  const periods = [...new Set(days.map((day) => day.toISOString().slice(0, '2026-10'.length)))]
  const invoices = await Promise.all(periods.map((period) => node.invoice(tenant, period)))
  return invoices.flatMap(({ lines }) => lines).reduce((sum, { promptTokens }) => sum + promptTokens, 0)
}

guarantee('billing.events.window', async (context) => {
  const options = await leaseStores(context)
  await Promise.all(Object.entries(NOWS).map(([name, nowMs]) => proveWindow(context, options, name, nowMs)))
})
