import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, OperationResult } from '../src/contract.ts'
import { post } from '../src/reference/account-steps.ts'
import { Accounts } from '../src/reference/accounts.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'

export default defineDefect(billing, {
  name: 'entries-after-balances',
  breaks: ['billing.ledger.balances'],
  description:
    'Balances are changed in one transaction and entered into the ledger in another: between them they differ.',
  incident: {
    title: 'blnk #233: RecordTransaction lacks atomicity between balance updates and transaction persistence',
    url: 'https://github.com/blnkfinance/blnk/issues/233',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { accounts: (database) => new TwiceCommittingAccounts(database) }),
})

class TwiceCommittingAccounts extends Accounts {
  protected override async carryOut(...[work, progress]: Parameters<Accounts['carryOut']>): Promise<OperationResult> {
    const { result, steps } = await this.database.transaction((client) => this.attempt(client, work, progress))
    await this.database.transaction((client) => post(client, work, steps))
    return result
  }
}
