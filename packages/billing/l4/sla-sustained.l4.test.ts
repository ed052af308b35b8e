import { openSuite } from '@proving-ground/core-harness/guarantee'
import { steps } from '@proving-ground/core-harness/workload'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { drawEvent, send } from '../src/traffic/metered-events.ts'
import { reconcile } from '../src/traffic/reconcile.ts'
import { openServices, priceHits } from './services.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

guarantee(
  'billing.sla.sustained',
  async (context) => {
    const { at, clients, tenant, sent } = await openServices(context)
    const { isQuick, seed } = context.mode
    let round = 0
    const before = await priceHits(clients)
    await context.load({
      name: 'events',
      arrival: steps([
        { ratePerSecond: 10, durationMs: isQuick ? 6_000 : 60_000 },
        { ratePerSecond: 200, durationMs: isQuick ? 6_000 : 30_000 },
      ]),
      maxConcurrency: 400,
      // A tenth of what is judged. What the generator is late by counts as response: it never makes a verdict better.
      latenessBudgetMs: 50,
      operationTimeoutMs: 10_000,
      seed,
      setup: () => void round++,
      operations: [
        {
          name: 'record',
          async run({ index, random, signal }) {
            const event = drawEvent(random, `event ${round} ${index}`, tenant)
            await send(at(index), sent, event, signal)
          },
        },
      ],
    })
    const { hits, misses } = await priceHits(clients)
    const lookups = hits + misses - before.hits - before.misses
    if (lookups > 0) context.finding('price-hits', { value: (hits - before.hits) / lookups, samples: lookups })
    // What was not answered in time may have been recorded.
    await sent.sendAgain(at(0))
    const { differences, examples } = await reconcile(at(1), sent)
    context.finding('unreconciled', { value: differences, samples: sent.events })
    context.evidence({ events: sent.events, unreconciled: examples })
  },
  { timeoutMs: 360_000 },
)
