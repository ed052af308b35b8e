import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { AnalyticsServer } from './analytics-server.ts'
import { EVENT_MICROS, analysed, eventOf, hostNodes, invoiced, leaseStores, quiet } from './nodes.ts'
import type { Node } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

/** Of the outage's 10 s in all: refused, and then silent, as a server that is gone and one that hangs. */
const EACH_MS = 5_000
/** On a quiet machine it takes 5 ms: neither a busy one nor the outage itself is to be taken for the other. */
const ACKNOWLEDGED_WITHIN_MS = 4_000
const BATCH = 5
/** Takes what a silent insert takes to be given up, and a busy machine. */
const ARRIVED_WITHIN_MS = 30_000
const TIMEOUT_MS = 60_000

/** Each node records one batch after the other; what they sent is acknowledged when it resolves. */
class Traffic {
  events = 0
  slowestMs = 0

  async send(nodes: readonly Node[], forMs: number): Promise<void> {
    const until = performance.now() + forMs
    const client = async ({ service }: Node): Promise<void> => {
      do {
        const batch = Array.from({ length: BATCH }, () => eventOf(this.events++))
        const sentAtMs = performance.now()
        const answers = await service.record(batch)
        this.slowestMs = Math.max(this.slowestMs, performance.now() - sentAtMs)
        expect(answers.map(({ status }) => status)).toEqual(batch.map(() => 'recorded'))
      } while (performance.now() < until)
    }
    await Promise.all(nodes.map(client))
  }
}

guarantee(
  'billing.dual.outage',
  async (context) => {
    const options = await leaseStores(context)
    const proxy = await context.proxy(options.clickhouseUrl)
    const nodes = await hostNodes(context, 2, { ...options, clickhouseUrl: proxy.url })
    const [{ service }] = nodes as [Node]
    const store = new AnalyticsServer(context, options.clickhouseUrl)
    await store.stopMerges()
    const verify = (): Promise<unknown> => service.usage('acme', '2026-10-01', '2026-10-02')
    const traffic = new Traffic()

    await traffic.send(nodes, 200)
    const refused = await context.fault(proxy.fault('clickhouse', { kind: 'reset' }), { verify })
    await traffic.send(nodes, EACH_MS)
    const during = traffic.events
    const silent = await context.fault(proxy.fault('clickhouse', { kind: 'hang' }), { verify })
    const refusedHeals = refused.heal()
    await traffic.send(nodes, EACH_MS)
    const waiting = await service.pendingAnalytics()
    await Promise.all([silent.heal(), refusedHeals])
    await traffic.send(nodes, 200)
    await quiet(service, ARRIVED_WITHIN_MS)

    const { events } = traffic
    const once = { promptTokens: 100 * events, completionTokens: 10 * events, micros: EVENT_MICROS * BigInt(events) }
    expect(await invoiced(service)).toEqual(once)
    expect(await analysed(service)).toEqual({ events, ...once })
    expect(traffic.slowestMs).toBeLessThan(ACKNOWLEDGED_WITHIN_MS)
    const insertedAgain = (await store.rows()) - events
    context.evidence({ events, during, waiting, insertedAgain, slowestMs: Math.round(traffic.slowestMs) })
    context.sometimes('events waited for the analytics store', waiting)
  },
  { timeoutMs: TIMEOUT_MS },
)
