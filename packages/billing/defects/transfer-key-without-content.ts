import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { billing } from '../src/contract.ts'
import type { BillingOptions, OperationResult } from '../src/contract.ts'
import { Accounts } from '../src/reference/accounts.ts'
import { createBillingNode } from '../src/reference/billing-node.ts'
import type { Client } from '../src/reference/database.ts'

export default defineDefect(billing, {
  name: 'transfer-key-without-content',
  breaks: ['billing.ledger.transfer-once'],
  description:
    'A key that was used is answered as it was, whatever is asked for now: the other transfer is never made.',
  incident: {
    title: 'agent-bom #2969: bind idempotency keys to request payloads',
    url: 'https://github.com/msaad00/agent-bom/pull/2969',
  },
  open: (options: BillingOptions) =>
    createBillingNode(options, { accounts: (database) => new ForgetfulAccounts(database) }),
})

class ForgetfulAccounts extends Accounts {
  protected override async earlier(
    client: Client,
    { tenant, key }: { readonly tenant: string; readonly key: string },
  ): Promise<OperationResult | undefined> {
    const { rows } = await client.query<{ balance_micros: string; version: string }>(
      'SELECT balance_micros, version FROM account_operations WHERE tenant = $1 AND key = $2',
      [tenant, key],
    )
    const [found] = rows
    return found && { status: 'duplicate', balanceMicros: BigInt(found.balance_micros), version: Number(found.version) }
  }
}
