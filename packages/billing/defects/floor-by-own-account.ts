import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { Accounts, checkFloor } from '../src/reference/accounts.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

export default defineDefect(billing, {
  name: 'floor-by-own-account',
  breaks: ['billing.ledger.floor-across-accounts'],
  description:
    'A debit looks at the sum of all accounts and changes its own, under its version: two of two accounts do not meet.',
  incident: {
    title: 'PostgreSQL wiki, SSI: what combinations of transactions do at REPEATABLE READ, among them to an overdraft',
    url: 'https://wiki.postgresql.org/wiki/SSI',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { accounts: (database) => new SkewedAccounts(database) }),
})

class SkewedAccounts extends Accounts {
  protected override async debitTenant(
    ...[, tenant, basis, amount]: Parameters<Accounts['debitTenant']>
  ): Promise<void> {
    await Promise.resolve(checkFloor(tenant, basis, amount))
  }
}
