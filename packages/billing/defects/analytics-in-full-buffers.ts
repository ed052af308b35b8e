import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { Analytics } from '../src/reference/analytics.ts'
import type { AnalyticsLine } from '../src/reference/analytics.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

const FULL = 500

export default defineDefect(billing, {
  name: 'analytics-in-full-buffers',
  breaks: [
    'billing.sla.accuracy#unreconciled',
    'billing.sla.scale#unreconciled',
    'billing.sla.tiers#unreconciled',
    'billing.sla.sustained#unreconciled',
    'billing.sla.faults#unreconciled',
  ],
  description:
    'Lines for the analytics store wait in memory until a buffer is full; what does not fill one never arrives.',
  incident: {
    title: 'vectordotdev/vector #22946: Event stuck in buffer and remains unprocessed',
    url: 'https://github.com/vectordotdev/vector/issues/22946',
  },
  open: (options: BillingOptions) => createBillingNode(options, { analytics: (url) => new Buffered(url) }),
})

class Buffered extends Analytics {
  #buffer: AnalyticsLine[] = []

  override async insert(lines: readonly AnalyticsLine[]): Promise<void> {
    this.#buffer.push(...lines)
    if (this.#buffer.length < FULL) return
    const full = this.#buffer
    this.#buffer = []
    await super.insert(full)
  }
}
