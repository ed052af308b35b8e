import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, UsageEvent } from '../src/contract.ts'
import { EVENT_MICROS, NOW_MS, analysed, eventOf, hostNodes, invoiced, leaseStores, quiet } from './nodes.ts'
import type { Context } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const SIZE = 7
const PLACES = { first: 0, middle: 3, last: SIZE - 1 } as const
const MS_IN_DAY = 86_400_000
const USED = eventOf(1_000)
/** What is refused, and the field that is wrong. */
const BAD: readonly { name: string; code: string; field: string; change: Partial<UsageEvent> }[] = [
  { name: 'bad field', code: 'ERR_BILLING_INVALID', field: 'promptTokens', change: { promptTokens: -1 } },
  { name: 'unknown model', code: 'ERR_BILLING_INVALID', field: 'model', change: { model: 'nobody’s' } },
  { name: 'too old', code: 'ERR_BILLING_INVALID', field: 'atMs', change: { atMs: NOW_MS - 36 * MS_IN_DAY } },
  { name: 'used key', code: 'ERR_BILLING_KEY_REUSED', field: 'key', change: { key: USED.key, promptTokens: 1 } },
]

interface Batch {
  readonly tenant: string
  readonly events: readonly UsageEvent[]
  readonly refusal: { readonly code: string; readonly field: string }
}

/** Each batch is its tenant's only one. */
const batches: readonly Batch[] = BAD.flatMap(({ name, code, field, change }) =>
  Object.entries(PLACES).map(([place, at]) => {
    const tenant = `${name} ${place}`
    const events = Array.from({ length: SIZE }, (_, index) =>
      eventOf(index, { tenant, ...(index === at ? change : {}) }),
    )
    return { tenant, events, refusal: { code, field: `events[${at}].${field}` } }
  }),
)

async function expectNothing(context: Context, node: BillingNode, tenant: string): Promise<void> {
  const { lines, totalMinor } = await node.invoice(tenant, '2026-10')
  // The event whose key is used again was recorded before, by itself.
  const before = tenant.startsWith('used key') ? 1 : 0
  expect({ tenant, events: lines.map(({ promptTokens }) => promptTokens) }).toEqual({
    tenant,
    events: before === 0 ? [] : [USED.promptTokens],
  })
  expect(totalMinor).toBe(0n)
  const analytics = await analysed(node, tenant)
  expect({ tenant, events: analytics.events }).toEqual({ tenant, events: before })
  if (!context.offers('accounts')) return
  const owed = (await node.ledger([tenant])).map(({ balanceMicros, entriesMicros }) => [balanceMicros, entriesMicros])
  expect(owed.flat().every((micros) => [0n, EVENT_MICROS, -EVENT_MICROS].slice(0, 1 + 2 * before).includes(micros))).toBe(
    true,
  )
}

/** What the batch held beside what was wrong is new, also with other content. */
async function expectFreeKeys(node: BillingNode, { tenant, events }: Batch): Promise<void> {
  const again = events.filter(({ key }) => key !== USED.key).map(({ key }) => eventOf(0, { tenant, key, promptTokens: 7 }))
  const recorded = await node.record(again)
  expect(recorded.map(({ status }) => status)).toEqual(again.map(() => 'recorded'))
  const before = again.length === events.length ? 0 : USED.promptTokens
  expect((await invoiced(node, tenant)).promptTokens).toBe(7 * again.length + before)
}

guarantee('billing.events.batch-atomic', async (context) => {
  const nodes = await hostNodes(context, 2, await leaseStores(context))
  const [one, other] = nodes.map(({ service }) => service) as [BillingNode, BillingNode]
  await one.record(batches.filter(({ tenant }) => tenant.startsWith('used key')).map(({ tenant }) => ({ ...USED, tenant })))

  await Promise.all(
    batches.map(async ({ events, refusal }, index) => {
      await expect([one, other][index % 2]!.record(events)).rejects.toMatchObject(refusal)
    }),
  )
  await quiet(other)
  for (const { tenant } of batches) await expectNothing(context, other, tenant)
  for (const batch of batches) await expectFreeKeys(other, batch)
})
