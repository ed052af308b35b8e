import { openSuite } from '@proving-ground/core-harness/guarantee'
import { iterations } from '@proving-ground/core-harness/workload'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { TokenAccuracy, bill } from './billed-calls.ts'
import { openModel } from './model-calls.ts'
import { reconcile } from '../src/traffic/reconcile.ts'
import { openServices } from './services.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const USERS = 10
const CALLS_EACH = 5

guarantee(
  'billing.sla.accuracy',
  async (context) => {
    const services = await openServices(context)
    const model = await openModel(context)
    const accuracy = new TokenAccuracy()
    let round = 0
    await context.load({
      name: 'calls',
      arrival: iterations({ users: USERS, iterations: USERS * CALLS_EACH }),
      operationTimeoutMs: 30_000,
      seed: context.mode.seed,
      // Measured again, they are other calls.
      setup: () => void round++,
      operations: [
        {
          name: 'call and bill',
          async run(operation) {
            const { index, random, signal } = operation
            const call = await model.call({ random, isStreamed: index % 2 === 1, signal })
            const who = {
              key: `call ${round} ${index}`,
              tenant: services.tenant(`user ${index % USERS}`),
              tier: 'mid',
            } as const
            accuracy.note(call.usage, await bill(services, call, who, operation))
          },
        },
      ],
    })
    if (accuracy.finding) context.finding('token-accuracy', accuracy.finding)
    const { differences, examples } = await reconcile(services.at(0), services.sent)
    context.finding('unreconciled', { value: differences, samples: services.sent.events })
    context.evidence({ model: model.kind, misbilled: accuracy.examples, unreconciled: examples })
  },
  { timeoutMs: 120_000 },
)
