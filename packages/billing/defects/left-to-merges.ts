import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { Analytics } from '../src/reference/analytics.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

const TABLE = { engine: 'ReplacingMergeTree', source: 'usage_lines' }

export default defineDefect(billing, {
  name: 'left-to-merges',
  breaks: ['billing.dual.same-sums', 'billing.dual.crash', 'billing.dual.retried-insert'],
  description:
    'Usage is read without FINAL: what was inserted again is counted twice until ClickHouse gets to merging it, if it ever does.',
  incident: {
    title: 'ClickHouse #8322: duplicates are in a ReplacingMergeTree after more than a month',
    url: 'https://github.com/ClickHouse/ClickHouse/issues/8322',
  },
  open: (options: BillingOptions) => createBillingNode(options, { analytics: (url) => new Analytics(url, TABLE) }),
})
