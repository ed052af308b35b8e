import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { judgeSeconds } from './judged-seconds.ts'
import { recordBatches, tenantOf } from './many-events.ts'
import { EVENT_MICROS, invoiced, leaseStores } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const ID = 'billing.database.bulk-insert'
const BATCHES = 50
const THRESHOLDS = { baseline: 30, warning: 45, critical: 60 }
/** After so long, what goes on like this to more than twice the last threshold is judged by where it would come to. */
const CLEAR_AFTER_SECONDS = 8

guarantee(
  'billing.database.bulk-insert',
  async (context) => {
    const { service } = await context.host(await leaseStores(context))
    const expected = (done: number, seconds: number): number => (seconds * BATCHES) / done
    const { done, seconds } = await recordBatches(service, BATCHES, {
      isEnough: (batches, so) => so > CLEAR_AFTER_SECONDS && expected(batches, so) > 2 * THRESHOLDS.critical,
    })
    context.evidence({ events: done * 1_000, took: seconds })
    judgeSeconds(context, ID, expected(done, seconds), THRESHOLDS)

    expect(done).toBe(BATCHES)
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
