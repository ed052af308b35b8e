import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { EVENT_MICROS, eventOf, hostNodes, invoiced, leaseStores } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const AT_ONCE = 50
const KEYS = 8

guarantee('billing.events.exactly-once', async (context) => {
  const nodes = await hostNodes(context, 3, await leaseStores(context))
  const at = (index: number): BillingNode => nodes[index % nodes.length]!.service

  const [first] = await at(0).record([eventOf(0)])
  const [second] = await at(1).record([eventOf(0)])
  expect(first).toEqual({ key: 'event 0', status: 'recorded', chargeMicros: EVENT_MICROS })
  expect(second).toEqual({ key: 'event 0', status: 'duplicate', chargeMicros: EVENT_MICROS })
  // The same twice in a batch, beside one that is there and one that is new.
  const batch = await at(2).record([eventOf(0), eventOf(1), eventOf(1)])
  expect(batch.map(({ status }) => status)).toEqual(['duplicate', 'recorded', 'duplicate'])

  let met = 0
  for (let key = 2; key < 2 + KEYS; key++) {
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) => at(index).record([eventOf(key)])),
    )
    const statuses = answers.flat().map(({ status }) => status)
    expect(statuses.filter((status) => status === 'recorded')).toHaveLength(1)
    met += statuses.length - 1
  }
  context.sometimes('an event came while it was being recorded', met)

  const events = 2 + KEYS
  expect(await invoiced(at(0))).toEqual({
    promptTokens: 100 * events,
    completionTokens: 10 * events,
    micros: EVENT_MICROS * BigInt(events),
  })
})
