import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { judgeSeconds } from './judged-seconds.ts'
import { recordBatches, tenantOf } from './many-events.ts'
import { EVENT_MICROS, invoiced, leaseStores, quiet } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const ID = 'billing.database.flat-queries'
/** By the contract alone a million events take minutes; what grows with the table shows at these sizes. */
const SMALL_BATCHES = 5
const LARGE_BATCHES = 90
const SECONDS = { baseline: 5, warning: 5, critical: 5 }
const WARMING_ROUNDS = 10
const ROUNDS = 60
/**
 * Of the quickest answers, which say what a query takes when nothing else gets in its way: a busy machine makes both tables slow
 * alike. Where nothing grows it is 0.8 to 1.3; reading all rows of the large one takes 3 times as long and more.
 */
const MOST_TIMES_SLOWER = 2

guarantee(
  'billing.database.flat-queries',
  async (context) => {
    const open = async (batches: number): Promise<BillingNode> => {
      const { service } = await context.host(await leaseStores(context))
      await recordBatches(service, batches)
      await quiet(service, 30_000)
      return service
    }
    const [small, large] = [await open(SMALL_BATCHES), await open(LARGE_BATCHES)]
    const timesMs = { small: [] as number[], large: [] as number[] }
    for (let round = -WARMING_ROUNDS; round < ROUNDS; round++)
      for (const [name, node] of [
        ['small', small],
        ['large', large],
      ] as const) {
        // The same tenants, with the same events, in both.
        const tenant = tenantOf((round + WARMING_ROUNDS) % SMALL_BATCHES, round + WARMING_ROUNDS)
        const beganMs = performance.now()
        const { micros } = await invoiced(node, tenant)
        if (round >= 0) timesMs[name].push(performance.now() - beganMs)
        expect(micros).toBe(10n * EVENT_MICROS)
      }
    const [inSmall, inLarge] = [Math.min(...timesMs.small), Math.min(...timesMs.large)]
    context.evidence({ leastMsInSmall: inSmall, leastMsInLarge: inLarge, timesSlower: inLarge / inSmall })
    judgeSeconds(context, ID, Math.max(...timesMs.large) / 1_000, SECONDS)
    expect(inLarge / inSmall).toBeLessThan(MOST_TIMES_SLOWER)
  },
  { timeoutMs: 90_000 },
)
