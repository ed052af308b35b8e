import { expect } from '@jest/globals'
import { eventually, openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { AnalyticsServer } from './analytics-server.ts'
import { EVENT_MICROS, analysed, eventOf, invoiced, leaseStores, quiet } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const ROUNDS = 4
const BATCHES = 5
const BATCH = 10
/** On a quiet machine it takes 50 ms. */
const INSERTED_WITHIN_MS = 20_000

guarantee('billing.dual.retried-insert', async (context) => {
  const options = await leaseStores(context)
  const proxy = await context.proxy(options.clickhouseUrl)
  // The only node: whatever is inserted again, it inserts.
  const { service } = await context.host({ ...options, clickhouseUrl: proxy.url })
  const store = new AnalyticsServer(context, options.clickhouseUrl)
  await store.stopMerges()

  let [events, lost] = [0, 0]
  for (let round = 0; round < ROUNDS; round++) {
    const before = await store.rows()
    const silence = proxy.fault('clickhouse', { kind: 'cut', direction: 'down' })
    const begun = await context.fault(silence, { verify: () => service.usage('acme', '2026-10-01', '2026-10-02') })
    for (let batch = 0; batch < BATCHES; batch++)
      await service.record(Array.from({ length: BATCH }, () => eventOf(events++)))
    await eventually(async () => silence.bytes > 0 && (await store.rows()) > before, {
      withinMs: INSERTED_WITHIN_MS,
      describe: 'lines are inserted, and the answer is held back',
    })
    expect(await service.pendingAnalytics()).toBeGreaterThan(0)
    lost++
    // The answer goes with the connection.
    await proxy.cut()
    await proxy.restore()
    await begun.heal()
    await quiet(service)
  }

  const once = { promptTokens: 100 * events, completionTokens: 10 * events, micros: EVENT_MICROS * BigInt(events) }
  expect(await invoiced(service)).toEqual(once)
  expect(await analysed(service)).toEqual({ events, ...once })
  context.evidence({ events, insertedAgain: (await store.rows()) - events })
  context.sometimes('lines were inserted, and the answer was lost', lost, ROUNDS)
})
