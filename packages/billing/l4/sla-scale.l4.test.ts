import { openSuite } from '@proving-ground/core-harness/guarantee'
import { iterations } from '@proving-ground/core-harness/workload'
import { TIERS, billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { TokenAccuracy, bill } from './billed-calls.ts'
import { openModel } from './model-calls.ts'
import { reconcile } from '../src/traffic/reconcile.ts'
import { openServices } from './services.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const USERS = 25

guarantee(
  'billing.sla.scale',
  async (context) => {
    const services = await openServices(context)
    const model = await openModel(context)
    const accuracy = new TokenAccuracy()
    let [round, estimated] = [0, 0]
    await context.load({
      name: 'calls',
      arrival: iterations({ users: USERS, iterations: context.mode.isQuick ? 400 : 2_000 }),
      operationTimeoutMs: 30_000,
      seed: context.mode.seed,
      setup: () => void round++,
      operations: [
        {
          name: 'call and bill',
          weight: 9,
          async run(operation) {
            const { index, random, signal } = operation
            const call = await model.call({ random, isStreamed: index % 2 === 1, signal })
            accuracy.note(call.usage, await bill(services, call, whoOf(index), operation))
          },
        },
        {
          name: 'leave and bill',
          weight: 1,
          async run(operation) {
            const { index, random, signal } = operation
            const call = await model.callAndLeave({ random, signal })
            const { isEstimated } = await bill(services, call, whoOf(index), operation)
            if (!isEstimated) throw new Error('a call without usage was not marked as estimated')
            estimated++
          },
        },
      ],
    })
    function whoOf(index: number) {
      const tenant = services.tenant(`user ${index % USERS}`)
      return { key: `call ${round} ${index}`, tenant, tier: TIERS[index % TIERS.length]! }
    }
    if (accuracy.finding) context.finding('token-accuracy', accuracy.finding)
    context.sometimes('a call was left in the middle', estimated)
    const { differences, examples } = await reconcile(services.at(1), services.sent)
    context.finding('unreconciled', { value: differences, samples: services.sent.events })
    context.evidence({ model: model.kind, estimated, misbilled: accuracy.examples, unreconciled: examples })
  },
  { timeoutMs: 240_000 },
)
