import { openSuite } from '@proving-ground/core-harness/guarantee'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { recordBatches } from './many-events.ts'
import { hostNodes, leaseStores, quiet, PERIOD } from './nodes.ts'
const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)
guarantee('billing.database.bulk-insert', async (context) => {
  const nodes = await hostNodes(context, 2, await leaseStores(context))
  const s = nodes.map(({ service }) => service)
  const out: unknown[] = []
  for (const [from, to] of [[0, 10], [10, 50], [50, 100]]) {
    out.push(await recordBatches(s, { from: from!, to: to! }))
    const t = performance.now(); await quiet(s[0]!, 30_000); out.push(['quiet', performance.now() - t])
    for (let i = 0; i < 12; i++) { const b = performance.now(); await s[0]!.invoice(`tenant ${i}`, PERIOD); out.push(performance.now() - b) }
    const b = performance.now(); await Promise.all(Array.from({ length: 10 }, (_, i) => s[i % 2]!.invoice(`tenant ${i}`, PERIOD))); out.push(['10', performance.now() - b])
    const c = performance.now(); await Promise.all(Array.from({ length: 10 }, (_, i) => s[i % 2]!.usage(`tenant ${i}`, '2026-10-01', '2026-10-31'))); out.push(['10u', performance.now() - c])
  }
  console.log(JSON.stringify(out))
}, { timeoutMs: 120_000 })
