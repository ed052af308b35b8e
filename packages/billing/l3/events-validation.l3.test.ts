import { inspect } from 'node:util'

import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { MOST_EVENTS, MOST_TOKENS, TIERS, billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { BAD_BATCHES, BAD_FIELDS } from './bad-events.ts'
import { PERIOD, PLAIN_PRICE, analysed, eventOf, invoiced, leaseStores, quiet } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const NOTHING = { promptTokens: 0, completionTokens: 0, micros: 0n }

async function refuseBadInput(service: BillingNode): Promise<void> {
  for (const [field, values] of Object.entries(BAD_FIELDS))
    for (const value of values) {
      const event = { ...eventOf(0), [field]: value }
      await expectRefused(service, [event], `events[0].${field}`)
    }
  const { key: _key, ...keyless } = eventOf(0)
  await expectRefused(service, [eventOf(1), keyless], 'events[1].key')
  for (const { given, field } of BAD_BATCHES) await expectRefused(service, given, field)
}

async function expectRefused(service: BillingNode, given: unknown, field: string): Promise<void> {
  const told = await service.record(given as never).catch((error: Error) => error)
  const what = inspect(given, { breakLength: Infinity }).slice(0, 200)
  expect({ what, told }).toMatchObject({ what, told: { code: 'ERR_BILLING_INVALID', field } })
}

/** What is just good enough. */
async function takeExtremes(service: BillingNode): Promise<void> {
  const most = { promptTokens: MOST_TOKENS, completionTokens: MOST_TOKENS }
  const keys = ['k', ' ', '€'.repeat(200), '名前 🔑 \t\n', `'; DROP TABLE usage_events; --`, '\u{10FFFF}', '\\u0000']
  const events = [
    eventOf(0, { tenant: 'most', ...most }),
    eventOf(0, { tenant: 'none', promptTokens: 0, completionTokens: 0 }),
    ...TIERS.map((tier) => eventOf(0, { tenant: tier, tier })),
    ...keys.map((key) => eventOf(0, { tenant: 'keys', key })),
    ...keys.map((tenant) => eventOf(0, { tenant })),
  ]
  const answers = await service.record(events)
  expect(answers.map(({ key, status }) => [key, status])).toEqual(events.map(({ key }) => [key, 'recorded']))
  expect(await invoiced(service, 'most')).toEqual({ ...most, micros: BigInt(MOST_TOKENS) * 10n })
  for (const tenant of keys) expect((await invoiced(service, tenant)).promptTokens).toBe(100)

  const full = Array.from({ length: MOST_EVENTS }, (_, number) => eventOf(number, { tenant: 'full' }))
  expect(await service.record(full)).toHaveLength(MOST_EVENTS)
  await quiet(service)
  expect((await analysed(service, 'full')).events).toBe(MOST_EVENTS)
  expect((await analysed(service, 'keys')).events).toBe(keys.length)
}

guarantee('billing.events.validation', async (context) => {
  const prices = TIERS.map((tier) => ({ ...PLAIN_PRICE, tier }))
  const { service } = await context.host(await leaseStores(context, { prices }))
  await refuseBadInput(service)
  await quiet(service)
  expect((await service.invoice('acme', PERIOD)).lines).toEqual([])
  expect(await analysed(service)).toEqual({ events: 0, ...NOTHING })

  await takeExtremes(service)
})
