import { kill, pause } from '@proving-ground/core-harness/fault'
import { eventually, openSuite } from '@proving-ground/core-harness/guarantee'
import { constantRate } from '@proving-ground/core-harness/workload'
import { setTimeout as delay } from 'node:timers/promises'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { drawEvent, sendUntilKnown } from '../src/traffic/metered-events.ts'
import { reconcile } from '../src/traffic/reconcile.ts'
import { openServices } from './services.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const RATE_PER_SECOND = 50
/** What comes in a second: so many had no answer when PostgreSQL comes back. */
const MET_BY_THE_KILL = RATE_PER_SECOND
/** Beyond the time for which an event is sent again. */
const OPERATION_TIMEOUT_MS = 60_000

guarantee(
  'billing.sla.faults',
  async (context) => {
    const services = await openServices(context, { dedicated: ['postgres', 'clickhouse'] })
    const { at, tenant, sent, staging } = services
    const durationMs = context.mode.isQuick ? 10_000 : 60_000
    let [round, sentAgain] = [0, 0]

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
      await eventually(() => sent.unacknowledged.length >= MET_BY_THE_KILL, {
        withinMs: OPERATION_TIMEOUT_MS,
        describe: 'events wait for PostgreSQL',
      })
      await killed.heal()
    }
    const faults: Promise<void>[] = []
    await context.load({
      name: 'events',
      arrival: constantRate({ ratePerSecond: RATE_PER_SECOND, durationMs }),
      maxConcurrency: 2_000,
      latenessBudgetMs: 100,
      operationTimeoutMs: OPERATION_TIMEOUT_MS,
      seed: context.mode.seed,
      setup: async () => {
        round++
        await Promise.allSettled(faults)
        const run = comeAndGo()
        run.catch(() => undefined) // It is told below, after what became of the events.
        faults.push(run)
      },
      operations: [
        {
          name: 'record',
          async run({ index, random }) {
            const event = drawEvent(random, `event ${round} ${index}`, tenant)
            sentAgain += await sendUntilKnown(at, sent, event, index)
          },
        },
      ],
    })
    const lost = sent.unacknowledged.length
    context.finding('acknowledged', { value: 1 - lost / sent.events, samples: sent.events })
    context.sometimes('an event was sent again', sentAgain)
    await Promise.all(faults)
    await sent.sendAgain(at(0))
    const { differences, examples } = await reconcile(at(1), sent)
    context.finding('unreconciled', { value: differences, samples: sent.events })
    context.evidence({ events: sent.events, sentAgain, unreconciled: examples })
  },
  { timeoutMs: 300_000 },
)
