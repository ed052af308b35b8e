import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { Analytics } from '../src/reference/analytics.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

/** The lines of all tenants whose names fit, as though they were the one's that is asked for. */
const LINES = `(
  SELECT * REPLACE ({tenant:String} AS tenant) FROM (SELECT * FROM usage_lines FINAL) AS lines
  WHERE lines.tenant LIKE {tenant:String}
)`

export default defineDefect(billing, {
  name: 'tenant-as-a-pattern',
  breaks: ['billing.tenant.isolation'],
  description:
    'Usage is looked up by LIKE, without an escape: a name with an underscore matches those of other tenants.',
  incident: {
    title: 'JasperFx/marten #5171: Per-tenant progression filter uses an unescaped LIKE',
    url: 'https://github.com/JasperFx/marten/issues/5171',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, {
      analytics: (url) => new Analytics(url, { engine: 'ReplacingMergeTree', source: LINES }),
    }),
})
