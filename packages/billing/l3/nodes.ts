import type { GuaranteeContext, HostedNode } from '@proving-ground/core-harness/guarantee'
import { eventually } from '@proving-ground/core-harness/guarantee'
import type { BillingNode, BillingOptions, Micros, UsageEvent } from '../src/contract.ts'

export type Context = GuaranteeContext<BillingNode, BillingOptions>
export type Node = HostedNode<BillingNode>

/** In the middle of a month, at noon UTC: no test of amounts depends on when it runs. */
export const NOW_MS = Date.UTC(2026, 9, 15, 12)
export const PERIOD = '2026-10'
/** One token costs micros that are easily told apart, and nothing is included. */
export const PLAIN_PRICE = {
  model: 'gpt-4o',
  tier: 'early',
  promptMinorPerMillion: 3,
  completionMinorPerMillion: 7,
  includedPromptTokens: 0,
  includedCompletionTokens: 0,
} as const

/** Stores of this test alone, and a service that takes `NOW_MS` for now and knows one price, unless told otherwise. */
export async function leaseStores(context: Context, others: Partial<BillingOptions> = {}): Promise<BillingOptions> {
  const [postgres, clickhouse, redis] = await Promise.all([
    context.lease('postgres'),
    context.lease('clickhouse'),
    context.lease('redis'),
  ])
  return {
    postgresUrl: postgres.url,
    clickhouseUrl: clickhouse.url,
    redisUrl: redis.url,
    keyPrefix: redis.keyPrefix ?? '',
    prices: [PLAIN_PRICE],
    nowMs: NOW_MS,
    ...others,
  }
}

/** Nodes of one service, each in a process of its own. */
export async function hostNodes(context: Context, count: number, options: BillingOptions): Promise<readonly Node[]> {
  return await Promise.all(Array.from({ length: count }, () => context.host(options)))
}

/** The n-th event of a tenant: 100 prompt and 10 completion tokens of the plain price, unless told otherwise. */
export function eventOf(number: number, others: Partial<UsageEvent> = {}): UsageEvent {
  return {
    key: `event ${number}`,
    tenant: 'acme',
    tier: PLAIN_PRICE.tier,
    model: PLAIN_PRICE.model,
    promptTokens: 100,
    completionTokens: 10,
    atMs: NOW_MS - 60_000,
    ...others,
  }
}

export const EVENT_MICROS: Micros = 100n * 3n + 10n * 7n

export interface Totals {
  readonly promptTokens: number
  readonly completionTokens: number
  readonly micros: Micros
}

/** What the invoice of the month says was used: from the ledger's store. */
export async function invoiced(node: BillingNode, tenant = 'acme'): Promise<Totals> {
  const { lines } = await node.invoice(tenant, PERIOD)
  return sumOf(lines.filter(({ kind }) => kind === 'usage'))
}

/** What the analytics store says was used in the month, with the events that it counts. */
export async function analysed(node: BillingNode, tenant = 'acme'): Promise<Totals & { readonly events: number }> {
  const rows = await node.usage(tenant, `${PERIOD}-01`, `${PERIOD}-31`)
  const totals = sumOf(rows.map(({ chargeMicros, ...row }) => ({ ...row, micros: chargeMicros })))
  return { ...totals, events: rows.reduce((sum, { events }) => sum + events, 0) }
}

function sumOf(rows: readonly Totals[]): Totals {
  return rows.reduce(
    (sum, row) => ({
      promptTokens: sum.promptTokens + row.promptTokens,
      completionTokens: sum.completionTokens + row.completionTokens,
      micros: sum.micros + row.micros,
    }),
    { promptTokens: 0, completionTokens: 0, micros: 0n },
  )
}

/** Waits until all that is committed is in the analytics store: a second, and many times that on a busy machine. */
export async function quiet(node: BillingNode, withinMs = 20_000): Promise<void> {
  await eventually(async () => (await node.pendingAnalytics()) === 0, {
    withinMs,
    describe: 'all that is committed is in the analytics store',
  })
}
