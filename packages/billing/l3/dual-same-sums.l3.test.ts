import { eventually, openSuite } from '@proving-ground/core-harness/guarantee'
import { convergence } from '@proving-ground/core-harness/history/checkers/convergence'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { AnalyticsServer } from './analytics-server.ts'
import { hostNodes, leaseStores, quiet } from './nodes.ts'
import type { Context, Node } from './nodes.ts'
import { RandomUsage } from './random-usage.ts'
import { journalSums } from './sums.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const CLIENTS = 4
const BATCHES = 60
/** On a quiet machine it takes 100 ms. */
const MET_WITHIN_MS = 20_000
const TIMEOUT_MS = 60_000

/** Each client sends one batch after the other, and some of them again, to another node. */
async function record(nodes: readonly Node[], usage: RandomUsage): Promise<void> {
  const numbers = Array.from({ length: BATCHES }, (_, number) => number).values()
  const client = async (): Promise<void> => {
    for (const number of numbers) {
      const { events, isSentAgain } = usage.draw()
      for (const offset of isSentAgain ? [0, 1] : [0])
        await nodes[(number + offset) % nodes.length]!.service.record(events)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
}

/** A node that records on while its insert is answered and the answer is lost, and then while ClickHouse is not there. */
async function recordCutOff(
  context: Context,
  { service }: Node,
  proxy: Awaited<ReturnType<Context['proxy']>>,
  usage: RandomUsage,
): Promise<void> {
  const silence = proxy.fault('clickhouse', { kind: 'cut', direction: 'down' })
  const begun = await context.fault(silence, { verify: () => service.usage('acme', '2026-10-01', '2026-10-02') })
  const isAnswerHeld = async (): Promise<boolean> => {
    await service.record(usage.draw().events)
    return silence.bytes > 0
  }
  await eventually(isAnswerHeld, { withinMs: MET_WITHIN_MS, describe: 'an answer of ClickHouse is held back' })
  await proxy.cut()
  await service.record(usage.draw().events)
  await proxy.restore()
  await begun.heal()
}

guarantee(
  'billing.dual.same-sums',
  async (context) => {
    const usage = new RandomUsage(context.mode.seed)
    const options = await leaseStores(context, { prices: usage.prices })
    const proxy = await context.proxy(options.clickhouseUrl)
    const nodes = await hostNodes(context, 2, options)
    const remote = await context.host({ ...options, clickhouseUrl: proxy.url })
    const store = new AnalyticsServer(context, options.clickhouseUrl)
    await store.stopMerges()

    await Promise.all([record([...nodes, remote], usage), recordCutOff(context, remote, proxy, usage)])
    await quiet(nodes[0]!.service)

    const journal = context.history('sums')
    await journalSums(journal, nodes[1]!.service, usage)
    context.evidence({ events: usage.events, insertedAgain: (await store.rows()) - usage.events })
    await context.check(journal, convergence)
  },
  { timeoutMs: TIMEOUT_MS },
)
