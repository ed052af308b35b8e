import { eventually } from '@proving-ground/core-harness/guarantee'
import type { BillingNode } from '../contract.ts'
import type { SentUsage, UsageSum } from './sent-usage.ts'
import { dayOf, periodOf } from './sent-usage.ts'

/** A minute of 200 events a second, with a store that had to catch up first. */
const QUIET_WITHIN_MS = 60_000

export interface Reconciliation {
  /** Units by which stores differ from what was sent: events, tokens, micros. */
  readonly differences: number
  /** The first of them, in words. */
  readonly examples: readonly string[]
}

/**
 * Waits until all is where it belongs, then holds the ledger's store (invoices, ledger) and the analytics store against what
 * was sent, to the last unit.
 *
 * @param sent of which all is acknowledged
 */
export async function reconcile(node: BillingNode, sent: SentUsage): Promise<Reconciliation> {
  await eventually(async () => (await node.pendingAnalytics()) === 0, {
    withinMs: QUIET_WITHIN_MS,
    describe: 'all that was committed is in the analytics store',
  })
  const differences = new Differences()
  const invoiced = sent.sums((event) => JSON.stringify([periodOf(event), event.model, event.tier]))
  const analysed = sent.sums((event) => JSON.stringify([dayOf(event), event.model]))
  for (const tenant of sent.tenants) {
    differences.between(`the invoices of ${tenant}`, await invoicesOf(node, tenant, sent.periods), invoiced.get(tenant))
    differences.between(`the analytics of ${tenant}`, await analyticsOf(node, tenant, sent.days), analysed.get(tenant))
  }
  await compareLedger(node, sent, differences)
  return differences
}

/** The sum of the charges is what each tenant owes, on the other side is the revenue, and all entries are there. */
async function compareLedger(node: BillingNode, sent: SentUsage, differences: Differences): Promise<void> {
  const charged = sent.sums(() => 'all')
  const tenants = sent.tenants.slice(0, 1_000)
  const accounts = await node.ledger(tenants)
  for (const tenant of tenants) {
    const own = accounts.filter((account) => account.tenant === tenant)
    const owed = charged.get(tenant)?.get('all')?.micros ?? 0n
    for (const [account, micros] of [['usage', -owed] as const, ['revenue', owed] as const]) {
      const found = own.find((one) => one.kind === 'system' && one.account === account)
      differences.note(`${account} of ${tenant} in the ledger`, found?.balanceMicros ?? 0n, micros)
      differences.note(`the entries of ${account} of ${tenant}`, found?.entriesMicros ?? 0n, micros)
    }
  }
}

/** Invoices do not count events. */
async function invoicesOf(
  node: BillingNode,
  tenant: string,
  periods: readonly string[],
): Promise<Map<string, UsageSum>> {
  const found = new Map<string, UsageSum>()
  for (const period of periods)
    for (const line of (await node.invoice(tenant, period)).lines)
      if (line.kind === 'usage') found.set(JSON.stringify([period, line.model, line.tier]), { ...line, events: NaN })
  return found
}

async function analyticsOf(
  node: BillingNode,
  tenant: string,
  [from, to]: readonly [string, string],
): Promise<Map<string, UsageSum>> {
  const rows = await node.usage(tenant, from, to)
  return new Map(rows.map((row) => [JSON.stringify([row.day, row.model]), { ...row, micros: row.chargeMicros }]))
}

const NOTHING: UsageSum = { events: 0, promptTokens: 0, completionTokens: 0, micros: 0n }
const MOST_EXAMPLES = 5

class Differences implements Reconciliation {
  differences = 0
  readonly examples: string[] = []

  note(what: string, found: number | bigint, sent: number | bigint): void {
    if (Number.isNaN(found) || BigInt(found) === BigInt(sent)) return
    const units = BigInt(found) - BigInt(sent)
    this.differences += Number(units < 0n ? -units : units)
    if (this.examples.length < MOST_EXAMPLES) this.examples.push(`${what}: ${found}, and ${sent} were sent`)
  }

  between(where: string, found: ReadonlyMap<string, UsageSum>, sent: ReadonlyMap<string, UsageSum> = new Map()): void {
    for (const name of new Set([...found.keys(), ...sent.keys()])) {
      const [here, there] = [found.get(name) ?? NOTHING, sent.get(name) ?? NOTHING]
      for (const unit of ['events', 'promptTokens', 'completionTokens', 'micros'] as const)
        this.note(`${unit} of ${name} in ${where}`, here[unit], there[unit])
    }
  }
}
