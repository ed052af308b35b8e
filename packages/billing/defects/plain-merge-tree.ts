import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { Analytics } from '../src/reference/analytics.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

const TABLE = { engine: 'MergeTree', source: 'usage_lines' }

export default defineDefect(billing, {
  name: 'plain-merge-tree',
  breaks: ['billing.dual.same-sums', 'billing.dual.crash', 'billing.dual.retried-insert'],
  description:
    'The analytics table keeps every line that is inserted: what is inserted again is counted twice, for ever.',
  incident: {
    title: 'e2b infra #2468: inserts at least once into plain MergeTree tables duplicate rows of usage',
    url: 'https://github.com/e2b-dev/infra/pull/2468',
  },
  open: (options: BillingOptions) => createBillingNode(options, { analytics: (url) => new Analytics(url, TABLE) }),
})
