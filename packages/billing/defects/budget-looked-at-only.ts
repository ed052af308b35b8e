import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, Micros, Reservation } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Budgets } from '../src/reference/budgets.ts'

export default defineDefect(billing, {
  name: 'budget-looked-at-only',
  breaks: ['billing.budget.bounded', 'billing.budget.first-requests'],
  description:
    'Before a call the budget is looked at, and nothing is kept of it: what is spent is added after the call.',
  incident: {
    title: 'litellm #34732: Concurrent requests can bypass max_budget_per_session before spend is recorded',
    url: 'https://github.com/BerriAI/litellm/issues/34732',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, {
      budgets: (database, { defaultBudgetMicros }) => new LookedAtBudgets(database, defaultBudgetMicros),
    }),
})

class LookedAtBudgets extends Budgets {
  override async reserve(key: string, tenant: string, estimateMicros: Micros): Promise<Reservation> {
    // What costs nothing is always granted, and tells what is left.
    const { leftMicros } = await super.reserve(key, tenant, 0n)
    return { isGranted: leftMicros === undefined || leftMicros >= estimateMicros, leftMicros }
  }
}
