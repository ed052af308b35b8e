import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, OperationResult } from '../src/contract.ts'
import { Accounts } from '../src/reference/accounts.ts'
import type { Work } from '../src/reference/accounts.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

export default defineDefect(billing, {
  name: 'transfer-key-looked-up-once',
  breaks: ['billing.ledger.transfer-once'],
  description:
    'The key is looked up before the work and written after it, and being there then is no problem: two at once are both done.',
  incident: {
    title: 'mastodon #37879: Fix race condition when processing statuses twice with the same idempotency key',
    url: 'https://github.com/mastodon/mastodon/pull/37879',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { accounts: (database) => new HastyAccounts(database) }),
})

class HastyAccounts extends Accounts {
  readonly #found = new WeakMap<Work, Promise<OperationResult | undefined>>()

  protected override async earlier(...[client, work]: Parameters<Accounts['earlier']>) {
    const known = this.#found.get(work) ?? super.earlier(client, work)
    this.#found.set(work, known)
    return await known
  }

  protected override async remember(...[client, work, outcome]: Parameters<Accounts['remember']>): Promise<void> {
    await client.query(
      `INSERT INTO account_operations (tenant, key, request, account, balance_micros, version)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [work.tenant, work.key, JSON.stringify(work.request), outcome.id, outcome.balanceMicros, outcome.version],
    )
  }
}
