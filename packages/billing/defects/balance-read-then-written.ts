import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { Accounts, checkFloor } from '../src/reference/accounts.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

export default defineDefect(billing, {
  name: 'balance-read-then-written',
  breaks: [
    'billing.ledger.balances',
    'billing.ledger.floor',
    'billing.ledger.floor-across-accounts',
    'billing.ledger.account-race',
  ],
  description: 'A balance is read, added to and written back without a look at its version: the last one wins.',
  incident: {
    title: 'monize #99: Non-atomic balance update - race condition regression (H-006)',
    url: 'https://github.com/kenlasko/monize/issues/99',
  },
  open: (options: BillingOptions) => createBillingNode(options, { accounts: (database) => new LastOneWins(database) }),
})

class LastOneWins extends Accounts {
  protected override async debitTenant(
    ...[, tenant, basis, amount]: Parameters<Accounts['debitTenant']>
  ): Promise<void> {
    await Promise.resolve(checkFloor(tenant, basis, amount))
  }

  protected override async change(...[client, basis, amount]: Parameters<Accounts['change']>): Promise<void> {
    await client.query('UPDATE accounts SET balance_micros = $2, version = $3 WHERE id = $1', [
      basis.id,
      basis.balanceMicros + amount,
      basis.version + 1n,
    ])
  }
}
