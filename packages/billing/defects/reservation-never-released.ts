import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, Micros } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Budgets } from '../src/reference/budgets.ts'

export default defineDefect(billing, {
  name: 'reservation-never-released',
  breaks: ['billing.budget.bounded'],
  description:
    'What was kept for a call that cost nothing, because it failed, stays kept: calls are refused with money left.',
  incident: {
    title: 'otari #128: Budget reservation leaks on streaming pre-commit provider errors',
    url: 'https://github.com/mozilla-ai/otari/issues/128',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, {
      budgets: (database, { defaultBudgetMicros }) => new LeakingBudgets(database, defaultBudgetMicros),
    }),
})

class LeakingBudgets extends Budgets {
  override async settle(key: string, tenant: string, actualMicros: Micros): Promise<void> {
    if (actualMicros > 0n) await super.settle(key, tenant, actualMicros)
  }
}
