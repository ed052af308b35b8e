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
  /** Events that were recorded before, by themselves: the one whose key is used again. */
  readonly before: number
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
    const before = Number(field === 'key')
    return { tenant, before, events, refusal: { code, field: `events[${at}].${field}` } }
  }),
)

async function expectNothing(context: Context, node: BillingNode, { tenant, before }: Batch): Promise<void> {
  const micros = EVENT_MICROS * BigInt(before)
  const once = { promptTokens: 100 * before, completionTokens: 10 * before, micros }
  expect({ tenant, ...(await invoiced(node, tenant)) }).toEqual({ tenant, ...once })
  expect({ tenant, ...(await analysed(node, tenant)) }).toEqual({ tenant, events: before, ...once })
  if (!context.offers('accounts')) return
  const accounts = await node.ledger([tenant])
  const owed = accounts.map(({ balanceMicros, entriesMicros }) => [balanceMicros, entriesMicros]).flat()
  expect({ tenant, owed: owed.filter((one) => one !== micros && one !== -micros) }).toEqual({ tenant, owed: [] })
}

/** What the batch held beside what was wrong is new, also with other content. */
async function expectFreeKeys(node: BillingNode, { tenant, before, events }: Batch): Promise<void> {
  const again = events
    .filter(({ key }) => key !== USED.key)
    .map(({ key }) => eventOf(0, { tenant, key, promptTokens: 7 }))
  const recorded = await node.record(again)
  expect(recorded.map(({ status }) => status)).toEqual(again.map(() => 'recorded'))
  expect((await invoiced(node, tenant)).promptTokens).toBe(7 * again.length + 100 * before)
}

guarantee('billing.events.batch-atomic', async (context) => {
  const nodes = await hostNodes(context, 2, await leaseStores(context))
  const [one, other] = nodes.map(({ service }) => service) as [BillingNode, BillingNode]
  await one.record(batches.filter(({ before }) => before === 1).map(({ tenant }) => ({ ...USED, tenant })))

  await Promise.all(
    batches.map(async ({ events, refusal }, index) => {
      await expect([one, other][index % 2]!.record(events)).rejects.toMatchObject(refusal)
    }),
  )
  await quiet(other)
  for (const batch of batches) await expectNothing(context, other, batch)
  for (const batch of batches) await expectFreeKeys(other, batch)
})
