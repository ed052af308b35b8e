import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { judgeSeconds } from './judged-seconds.ts'
import { recordBatches } from './many-events.ts'
import { EVENT_MICROS, analysed, invoiced, leaseStores, quiet } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const ID = 'billing.database.parallel-reads'
const BATCHES = 50
const EVENTS = BATCHES * 1_000
const THRESHOLDS = { baseline: 5, warning: 8, critical: 12 }
/** Whoever has not answered by then has failed. */
const GIVE_UP_AFTER_SECONDS = 13
const INVOICES = 8
const USAGES = 2

guarantee(
  'billing.database.parallel-reads',
  async (context) => {
    const { service } = await context.host(await leaseStores(context))
    await recordBatches(service, BATCHES, { tenant: 'acme' })
    await quiet(service, 30_000)

    const beganMs = performance.now()
    const reads = Promise.all([
      Promise.all(Array.from({ length: INVOICES }, () => invoiced(service))),
      Promise.all(Array.from({ length: USAGES }, () => analysed(service))),
    ])
    reads.catch(() => undefined) // When the node is closed before they end.
    const stop = new AbortController()
    const late = delay(1_000 * GIVE_UP_AFTER_SECONDS, undefined, { signal: stop.signal }).catch(() => undefined)
    const answers = await Promise.race([reads, late])
    stop.abort()
    judgeSeconds(context, ID, (performance.now() - beganMs) / 1_000, THRESHOLDS)

    const all = { promptTokens: 100 * EVENTS, completionTokens: 10 * EVENTS, micros: EVENT_MICROS * BigInt(EVENTS) }
    expect(answers![0]).toEqual(Array.from({ length: INVOICES }, () => all))
    expect(answers![1]).toEqual(Array.from({ length: USAGES }, () => ({ events: EVENTS, ...all })))
  },
  { timeoutMs: 90_000 },
)
