import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { Accounts, checkFloor } from '../src/reference/accounts.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

export default defineDefect(billing, {
  name: 'no-rows-taken-for-done',
  breaks: [
    'billing.ledger.balances',
    'billing.ledger.floor',
    'billing.ledger.floor-across-accounts',
    'billing.ledger.account-race',
  ],
  description: 'A change asks for the version that it is based on, and is taken for done when no row had it.',
  incident: {
    title: 'atoma-proxy #150: a deduction that updated zero rows did not fail',
    url: 'https://github.com/AtomaAI/atoma-proxy/pull/150',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { accounts: (database) => new NeverCounting(database) }),
})

class NeverCounting extends Accounts {
  protected override async debitTenant(
    ...[client, tenant, basis, amount]: Parameters<Accounts['debitTenant']>
  ): Promise<void> {
    checkFloor(tenant, basis, amount)
    await client.query('UPDATE tenants SET version = version + 1 WHERE tenant = $1 AND version = $2', [
      tenant,
      basis.tenantVersion,
    ])
  }

  protected override async change(...[client, basis, amount]: Parameters<Accounts['change']>): Promise<void> {
    await client.query(
      'UPDATE accounts SET balance_micros = $3, version = version + 1 WHERE id = $1 AND version = $2',
      [basis.id, basis.version, basis.balanceMicros + amount],
    )
  }
}
