import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { setTimeout as delay } from 'node:timers/promises'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { judgeSeconds } from './judged-seconds.ts'
import { AT_ONCE, recordBatches, tenantOf } from './many-events.ts'
import { EVENT_MICROS, invoiced, leaseStores } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const ID = 'billing.database.bulk-insert'
const BATCHES = 50
const THRESHOLDS = { baseline: 30, warning: 45, critical: 60 }
/** By then it is clear whether it comes to far more than the last threshold, which need not be waited for. */
const LOOK_AFTER_SECONDS = 15

guarantee(
  'billing.database.bulk-insert',
  async (context) => {
    const { service } = await context.host(await leaseStores(context))
    let [done, hasEnded] = [0, false]
    const beganMs = performance.now()
    const passed = (): number => (performance.now() - beganMs) / 1_000
    const recording = recordBatches(service, BATCHES, { onRecorded: () => void done++ }).finally(
      () => (hasEnded = true),
    )
    const stop = new AbortController()
    const late = delay(1_000 * LOOK_AFTER_SECONDS, undefined, { signal: stop.signal }).catch(() => undefined)
    await Promise.race([recording, late])
    stop.abort()
    // What is under way counts as done.
    const atThisRate = (passed() * BATCHES) / (done + AT_ONCE)
    if (!hasEnded && atThisRate > THRESHOLDS.critical) {
      recording.catch(() => undefined) // The node is closed before it ends.
      context.evidence({ batches: BATCHES, done })
      judgeSeconds(context, ID, atThisRate, THRESHOLDS)
    }
    await recording
    judgeSeconds(context, ID, passed(), THRESHOLDS)

    // Of all parts, some: each is one that was acknowledged.
    for (const batch of [0, 17, BATCHES - 1])
      for (const index of [0, 99])
        expect(await invoiced(service, tenantOf(batch, index))).toEqual({
          promptTokens: 1_000,
          completionTokens: 100,
          micros: 10n * EVENT_MICROS,
        })
  },
  { timeoutMs: 90_000 },
)
