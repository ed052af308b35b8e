import { createHash } from 'node:crypto'
import type { AccountRef, BillingNode, BillingOptions } from '../contract.ts'

/** What nodes with the same stores share, and no others. */
export function namespaceOf({ postgresUrl, keyPrefix }: BillingOptions): string {
  return createHash('sha256')
    .update(JSON.stringify([postgresUrl, keyPrefix]))
    .digest('hex')
    .slice(0, 12)
}

/** A node whose tenants meet none of another namespace: for tests that share a deployed service. */
export function namespaced(node: BillingNode, namespace: string): BillingNode {
  const prefix = `${namespace}:`
  const within = <Named extends { readonly tenant: string }>(named: Named): Named => ({
    ...named,
    tenant: prefix + named.tenant,
  })
  const without = <Named extends { readonly tenant: string }>(named: Named): Named => ({
    ...named,
    tenant: named.tenant.slice(prefix.length),
  })
  const ref = (account: AccountRef): AccountRef => within(account)
  return {
    record: (events) => node.record(events.map(within)),
    recordCall: (call) => node.recordCall(within(call)),
    refund: (refund) => node.refund(within(refund)),
    invoice: async (tenant, period) => without(await node.invoice(prefix + tenant, period)),
    usage: (tenant, fromDay, toDay) => node.usage(prefix + tenant, fromDay, toDay),
    pendingAnalytics: () => node.pendingAnalytics(),
    openAccount: (account, depositMicros) => node.openAccount(ref(account), depositMicros),
    setFloor: (tenant, floorMicros) => node.setFloor(prefix + tenant, floorMicros),
    account: async (account) => without(await node.account(ref(account))),
    transfer: (transfer) => node.transfer({ ...transfer, from: ref(transfer.from), to: ref(transfer.to) }),
    operate: (operation) => node.operate(within(operation)),
    ledger: async (tenants) => {
      const accounts = await node.ledger(tenants?.map((tenant) => prefix + tenant))
      return accounts.filter(({ tenant }) => tenant.startsWith(prefix)).map(without)
    },
    setBudget: (tenant, budgetMicros) => node.setBudget(prefix + tenant, budgetMicros),
    reserve: (key, tenant, estimateMicros) => node.reserve(key, prefix + tenant, estimateMicros),
    settle: (key, tenant, actualMicros) => node.settle(key, prefix + tenant, actualMicros),
    spent: (tenant) => node.spent(prefix + tenant),
    figures: () => node.figures(),
    crashPoints: () => node.crashPoints(),
    close: () => node.close(),
  }
}
