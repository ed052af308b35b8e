import { openSuite } from '@proving-ground/core-harness/guarantee'
import { iterations } from '@proving-ground/core-harness/workload'
import { TIERS, billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions, Price } from '../src/contract.ts'
import { PRICES } from '../src/prices.ts'
import { reconcile } from '../src/traffic/reconcile.ts'
import { openServices } from './services.ts'
import { periodOf } from '../src/traffic/sent-usage.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const MODEL = 'gpt-4o'
const EVENTS_EACH = 50
/** With 50 of them even the tokens that are included for an enterprise are used up. */
const TOKENS = { promptTokens: 300_000, completionTokens: 70_000 } as const

guarantee(
  'billing.sla.tiers',
  async (context) => {
    const { at, tenant, sent } = await openServices(context)
    const atMs = Date.now()
    let round = 0
    await context.load({
      name: 'tiers',
      arrival: iterations({ users: 20, iterations: EVENTS_EACH * TIERS.length }),
      operationTimeoutMs: 10_000,
      seed: context.mode.seed,
      setup: () => void round++,
      operations: [
        {
          name: 'record',
          async run({ index, signal }) {
            const tier = TIERS[index % TIERS.length]!
            const event = {
              ...TOKENS,
              key: `use ${index}`,
              tenant: tenant(`${tier} ${round}`),
              tier,
              model: MODEL,
              atMs,
            }
            sent.add(event)
            const [recorded] = await at(index).record([event], { signal })
            sent.acknowledge(event, recorded!)
          },
        },
      ],
    })
    await sent.sendAgain(at(0))
    const wrong: unknown[] = []
    for (const tier of TIERS) {
      const { lines } = await at(1).invoice(tenant(`${tier} ${round}`), periodOf({ atMs }))
      const micros = lines.reduce((sum, line) => sum + line.micros, 0n)
      const due = chargeOf(PRICES.find((price) => price.model === MODEL && price.tier === tier)!)
      if (micros !== due || lines.some((line) => line.tier !== tier))
        wrong.push({ tier, billed: String(micros), due: String(due) })
    }
    context.finding('tier-violations', { value: wrong.length, samples: TIERS.length })
    const { differences, examples } = await reconcile(at(0), sent)
    context.finding('unreconciled', { value: differences, samples: sent.events })
    context.evidence({ wrong, unreconciled: examples })
  },
  { timeoutMs: 120_000 },
)

function chargeOf(price: Price): bigint {
  const beyond = (tokens: number, included: number): bigint => BigInt(Math.max(0, EVENTS_EACH * tokens - included))
  return (
    beyond(TOKENS.promptTokens, price.includedPromptTokens) * BigInt(price.promptMinorPerMillion) +
    beyond(TOKENS.completionTokens, price.includedCompletionTokens) * BigInt(price.completionMinorPerMillion)
  )
}
