import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, UsageEvent } from '../src/contract.ts'
import { crash } from './crashes.ts'
import { AnalyticsServer } from './analytics-server.ts'
import { EVENT_MICROS, analysed, eventOf, invoiced, leaseStores, quiet } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

/** A dozen nodes are started one after the other: 8 s on a quiet machine. */
const TIMEOUT_MS = 90_000
/** At its first batch, and with another behind it. */
const OCCURRENCES = [1, 2]
const BATCHES = 2
const BATCH = 4

/** Batches that nobody else sends. */
function batchesFor(crashNumber: number): readonly (readonly UsageEvent[])[] {
  return Array.from({ length: BATCHES }, (_, batch) =>
    Array.from({ length: BATCH }, (_, index) => eventOf((crashNumber * BATCHES + batch) * BATCH + index)),
  )
}

guarantee(
  'billing.dual.crash',
  async (context) => {
    const options = await leaseStores(context)
    const survivor = await context.host(options)
    const store = new AnalyticsServer(context, options.clickhouseUrl)
    await store.stopMerges()
    let crashes = 0
    const deaths: string[] = []
    for (const step of await survivor.service.crashPoints())
      for (const occurrence of OCCURRENCES) {
        const batches = batchesFor(crashes++)
        const death = await crash(context, survivor, options, { step, occurrence, batches })
        // What was not recorded has no way to the analytics store yet: that is not this guarantee's matter.
        if (!death?.hadRecorded) break
        deaths.push(`${step} ${occurrence}`)
      }
    await quiet(survivor.service)

    const events = crashes * BATCHES * BATCH
    const once = { promptTokens: 100 * events, completionTokens: 10 * events, micros: EVENT_MICROS * BigInt(events) }
    expect(await invoiced(survivor.service)).toEqual(once)
    expect(await analysed(survivor.service)).toEqual({ events, ...once })
    context.evidence({ diedOnTheWay: deaths, insertedAgain: (await store.rows()) - events })
    context.sometimes('the node died between the commit and the analytics store', deaths.length)
    context.sometimes('the node died there later than at its first batch', deaths.filter(isLater).length)
  },
  { timeoutMs: TIMEOUT_MS },
)

function isLater(death: string): boolean {
  return !death.endsWith(' 1')
}
