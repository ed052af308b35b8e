import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions } from '../src/contract.ts'
import { Accounts, checkFloor } from '../src/reference/accounts.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import type { Client } from '../src/reference/database.ts'

export default defineDefect(billing, {
  name: 'retry-of-a-stale-balance',
  breaks: [
    'billing.ledger.balances',
    'billing.ledger.floor',
    'billing.ledger.floor-across-accounts',
    'billing.ledger.account-race',
  ],
  description: 'After a conflict only the version is read anew: the change is that of the balance that was read first.',
  incident: {
    title: 'sirius-biz #607: the retry loop of an optimistic lock did not refresh the entity',
    url: 'https://github.com/scireum/sirius-biz/pull/607',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { accounts: (database) => new StaleAccounts(database) }),
})

class StaleAccounts extends Accounts {
  protected override async debitTenant(
    ...[client, tenant, basis, amount]: Parameters<Accounts['debitTenant']>
  ): Promise<void> {
    checkFloor(tenant, basis, amount)
    await this.#withLatest(client, 'SELECT version FROM tenants WHERE tenant = $1', tenant, (version) =>
      client.query('UPDATE tenants SET version = version + 1 WHERE tenant = $1 AND version = $2', [tenant, version]),
    )
  }

  protected override async change(
    ...[client, { id, balanceMicros }, amount]: Parameters<Accounts['change']>
  ): Promise<void> {
    const statement = 'UPDATE accounts SET balance_micros = $3, version = version + 1 WHERE id = $1 AND version = $2'
    await this.#withLatest(client, 'SELECT version FROM accounts WHERE id = $1', id, (version) =>
      client.query(statement, [id, version, balanceMicros + amount]),
    )
  }

  async #withLatest(
    client: Client,
    statement: string,
    of: string,
    update: (version: string) => Promise<{ readonly rowCount: number | null }>,
  ): Promise<void> {
    for (;;) {
      const { rows } = await client.query<{ version: string }>(statement, [of])
      const { rowCount } = await update(rows[0]!.version)
      if (rowCount === 1) return
      this.conflicts++
    }
  }
}
