import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, Micros, Reservation } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Budgets } from '../src/reference/budgets.ts'

export default defineDefect(billing, {
  name: 'no-budget-yet-is-none',
  breaks: ['billing.budget.first-requests'],
  description:
    'A tenant whose budget is not there yet is taken for one without; it is put there after the first request.',
  incident: {
    title: 'litellm #40095: Concurrent first requests for an unknown end user bypass the default budget',
    url: 'https://github.com/BerriAI/litellm/issues/40095',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, {
      budgets: (database, { defaultBudgetMicros }) => new LateBudgets(database, defaultBudgetMicros),
    }),
})

class LateBudgets extends Budgets {
  override async reserve(key: string, tenant: string, estimateMicros: Micros): Promise<Reservation> {
    const budgets = await this.database.query('SELECT FROM budgets WHERE tenant = $1', [tenant])
    if (budgets.length > 0 || this.defaultMicros === undefined) return await super.reserve(key, tenant, estimateMicros)
    await super.reserve(key, tenant, estimateMicros)
    return { isGranted: true, leftMicros: undefined }
  }
}
