import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, Micros } from '../src/contract.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import { Budgets } from '../src/reference/budgets.ts'

export default defineDefect(billing, {
  name: 'settled-twice',
  breaks: ['billing.budget.bounded'],
  description: 'Nothing remembers that a reservation was settled: done again, it is spent and given back again.',
  incident: {
    title: 'eliza #10266: a reservation that was reconciled twice was refunded twice',
    url: 'https://github.com/elizaOS/eliza/pull/10266',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, {
      budgets: (database, { defaultBudgetMicros }) => new ForgetfulBudgets(database, defaultBudgetMicros),
    }),
})

class ForgetfulBudgets extends Budgets {
  override async settle(key: string, tenant: string, actualMicros: Micros): Promise<void> {
    await super.settle(key, tenant, actualMicros)
    await this.database.query(
      'UPDATE reservations SET actual_micros = NULL, estimate_micros = 0 WHERE tenant = $1 AND key = $2',
      [tenant, key],
    )
  }
}
