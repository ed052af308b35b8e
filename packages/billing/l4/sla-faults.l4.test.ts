import { kill, pause } from '@proving-ground/core-harness/fault'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { constantRate } from '@proving-ground/core-harness/workload'
import { setTimeout as delay } from 'node:timers/promises'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { drawEvent, send } from './metered-events.ts'
import { reconcile } from './reconcile.ts'
import { openServices } from './services.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const RATE_PER_SECOND = 50
/** A caller that gives up after that has an outage of its own. */
const SENT_AGAIN_FOR_MS = 30_000
const AGAIN_AFTER_MS = 250

guarantee(
  'billing.sla.faults',
  async (context) => {
    const services = await openServices(context, { dedicated: ['postgres', 'clickhouse'] })
    const { at, tenant, sent, staging } = services
    const durationMs = context.mode.isQuick ? 10_000 : 60_000
    let [round, sentAgain] = [0, 0]

    /** As callers do: until it is acknowledged, with the same key. */
    const sendUntilKnown = async (event: Parameters<typeof send>[2], index: number): Promise<void> => {
      const deadlineMs = performance.now() + SENT_AGAIN_FOR_MS
      for (let attempt = 0; ; attempt++) {
        try {
          return await send(at(index + attempt), sent, event)
        } catch (error) {
          if (performance.now() > deadlineMs) throw error
          sentAgain++
          await delay(AGAIN_AFTER_MS)
        }
      }
    }
    const comeAndGo = async (): Promise<void> => {
      const verify = {
        verify: async () => void (await Promise.all(services.clients.map((client) => client.checkReady()))),
      }
      const [clickhouse, postgres] = await Promise.all(
        (['clickhouse', 'postgres'] as const).map((name) =>
          context.server(staging.dependencies.find(({ dependency }) => dependency === name)!),
        ),
      )
      await delay(durationMs / 5)
      const paused = await context.fault(pause('clickhouse', clickhouse!), verify)
      await delay(durationMs / 5)
      await paused.heal()
      const killed = await context.fault(kill('postgres', postgres!), verify)
      await delay(1_000)
      await killed.heal()
    }
    let faults: Promise<void> | undefined
    await context.load({
      name: 'events',
      arrival: constantRate({ ratePerSecond: RATE_PER_SECOND, durationMs }),
      maxConcurrency: 2_000,
      latenessBudgetMs: 100,
      operationTimeoutMs: 2 * SENT_AGAIN_FOR_MS,
      seed: context.mode.seed,
      setup: async () => {
        round++
        await faults
        faults = comeAndGo()
      },
      operations: [
        {
          name: 'record',
          async run({ index, random }) {
            const event = drawEvent(random, `event ${round} ${index}`, tenant)
            sent.add(event)
            await sendUntilKnown(event, index)
          },
        },
      ],
    })
    await faults
    context.sometimes('an event was sent again', sentAgain)
    const lost = sent.unacknowledged.length
    context.finding('acknowledged', { value: 1 - lost / sent.events, samples: sent.events })
    await sent.sendAgain(at(0))
    const { differences, examples } = await reconcile(at(1), sent)
    context.finding('unreconciled', { value: differences, samples: sent.events })
    context.evidence({ events: sent.events, sentAgain, unreconciled: examples })
  },
  { timeoutMs: 300_000 },
)
