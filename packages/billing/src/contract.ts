import { defineContract } from '@proving-ground/core-harness/guarantee/contract'
import { guarantees } from './guarantees.ts'
import { sla } from './sla.ts'

/**
 * Money inside of the service: whole millionths of a minor unit (of a cent). Prices are whole minor units for a million
 * tokens, so that the charge for any number of tokens is a whole number of micros, and nothing is rounded before an invoice.
 */
export type Micros = bigint
/** Money on an invoice: whole minor units. */
export type Minor = bigint
export const MICROS_IN_MINOR = 1_000_000n

export const TIERS = ['free', 'early', 'mid', 'enterprise'] as const
export type Tier = (typeof TIERS)[number]

/** What one model costs in one tier. The included tokens of a tenant begin anew with each calendar month, UTC. */
export interface Price {
  readonly model: string
  readonly tier: Tier
  readonly promptMinorPerMillion: number
  readonly completionMinorPerMillion: number
  readonly includedPromptTokens: number
  readonly includedCompletionTokens: number
}

/** How a node is opened. All nodes of a service share the three servers, the key prefix and the prices. */
export interface BillingOptions {
  readonly postgresUrl: string
  readonly clickhouseUrl: string
  readonly redisUrl: string
  /** Begins every key in Redis. */
  readonly keyPrefix: string
  /** The list of prices; one model costs the same for ever. `PRICES` otherwise. */
  readonly prices?: readonly Price[]
  /** Connections to PostgreSQL at most. */
  readonly poolSize?: number
  /** What a tenant without a budget of its own may spend; without bound otherwise. */
  readonly defaultBudgetMicros?: Micros
  /** What the node takes for now, in milliseconds since 1970; the clock of its machine otherwise. */
  readonly nowMs?: number
  /** Capability `crash-points`: the process ends itself by SIGKILL when it gets to this step for the nth time, from 1. */
  readonly dieAt?: { readonly step: string; readonly occurrence: number }
}

/** One use of a model. A key belongs to its tenant: two tenants may use the same one. */
export interface UsageEvent {
  /** Idempotency key, 1 to 200 characters. */
  readonly key: string
  readonly tenant: string
  readonly tier: Tier
  readonly model: string
  readonly promptTokens: number
  readonly completionTokens: number
  /** When it was used, in milliseconds since 1970. */
  readonly atMs: number
}

export interface Recorded {
  readonly key: string
  /** `duplicate`: it had been recorded, with the same content; the charge is that of the first time. */
  readonly status: 'recorded' | 'duplicate'
  readonly chargeMicros: Micros
}

/** One call of a model, as whoever made it saw it. */
export interface ModelCall extends Pick<UsageEvent, 'key' | 'tenant' | 'tier' | 'model' | 'atMs'> {
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  /** What came back, as far as it came. */
  readonly completion: string
  /** What the model's API said; not there when the stream was cut. */
  readonly usage?: { readonly promptTokens: number; readonly completionTokens: number }
}

export interface RecordedCall extends Recorded {
  readonly promptTokens: number
  readonly completionTokens: number
  /** The API said nothing, and these are the service's own counts. */
  readonly isEstimated: boolean
}

export interface Refund {
  readonly key: string
  readonly tenant: string
  /** The key of the usage event that is given back, in whole or in part. */
  readonly of: string
  /** In hundredths of a percent of the original charge, 1 to 10,000. */
  readonly shareBasisPoints: number
}

export interface Refunded {
  readonly status: 'refunded' | 'duplicate'
  readonly amountMicros: Micros
}

/** What a tenant used in a calendar month (UTC) by the times of its events. Refunds belong to the month of their event. */
export interface Invoice {
  readonly tenant: string
  /** `2026-11` */
  readonly period: string
  readonly lines: readonly InvoiceLine[]
  readonly totalMinor: Minor
}

export interface InvoiceLine {
  readonly kind: 'usage' | 'refund'
  readonly model: string
  readonly tier: Tier
  readonly promptTokens: number
  readonly completionTokens: number
  /** Exact; negative for refunds. */
  readonly micros: Micros
  /** Rounded once, here: half to even. */
  readonly amountMinor: Minor
}

/** One model on one day (UTC), from the analytics store. Refunds are not in it. */
export interface DailyUsage {
  /** `2026-11-21` */
  readonly day: string
  readonly model: string
  readonly events: number
  readonly promptTokens: number
  readonly completionTokens: number
  readonly estimatedEvents: number
  readonly chargeMicros: Micros
}

/** A tenant's own account, for money that is there: not what it owes for usage. */
export interface AccountRef {
  readonly tenant: string
  readonly account: string
}

export interface AccountState extends AccountRef {
  readonly balanceMicros: Micros
  /** Grows with each change. */
  readonly version: number
}

export interface Transfer {
  readonly key: string
  readonly from: AccountRef
  readonly to: AccountRef
  readonly amountMicros: Micros
}

/** Steps of one operation on one account, done in this order, all or none. Positive: credit; negative: debit. */
export interface AccountOperation extends AccountRef {
  readonly key: string
  readonly amountsMicros: readonly Micros[]
}

export interface OperationResult {
  readonly status: 'done' | 'duplicate'
  readonly balanceMicros: Micros
  readonly version: number
}

/**
 * One account in a snapshot of the ledger. Every change takes from one account and gives to another, so that all balances
 * sum to zero. What a tenant's own accounts have on the other side is the system's: `funding` (money that came in, negative),
 * `usage` (what the tenant owes, negative) and `revenue`.
 */
export interface LedgerAccount extends AccountRef {
  readonly kind: 'own' | 'system'
  /** As it is kept. */
  readonly balanceMicros: Micros
  /** As the entries of the ledger sum up. */
  readonly entriesMicros: Micros
}

export interface Reservation {
  readonly isGranted: boolean
  /** What is left of the budget afterwards; undefined without a budget. */
  readonly leftMicros: Micros | undefined
}

/** How the node went about its work, since it was opened. */
export interface BillingFigures {
  /** Changes of an account that met another, and were done again. */
  readonly conflicts: number
  readonly conflictsResolved: number
  readonly priceHits: number
  readonly priceMisses: number
  /** Connections to PostgreSQL that are open now, and the most that ever were. */
  readonly connections: number
  readonly mostConnections: number
  readonly connectionsOpened: number
}

/**
 * One node of the billing service. What it refuses it refuses with an error that has a `code`:
 *
 * | code                       | meaning                                                                     |
 * | -------------------------- | --------------------------------------------------------------------------- |
 * | ERR_BILLING_INVALID        | bad input; `field` says where (`events[2].model`); nothing was recorded     |
 * | ERR_BILLING_KEY_REUSED     | the key was used with other content, which stands; nothing was recorded     |
 * | ERR_BILLING_FLOOR          | the tenant's accounts together would fall below its floor; nothing was done |
 * | ERR_BILLING_REFUND         | more would be given back than was charged; nothing was done                 |
 * | ERR_BILLING_UNKNOWN        | there is no such event, account or reservation                              |
 * | ERR_BILLING_UNAVAILABLE    | nobody knows whether it was done: ask again with the same key               |
 */
export interface BillingNode {
  /** All of them or none, 1 to 1,000; answers in their order. Events up to 35 days old and up to 5 minutes ahead are taken. */
  record(events: readonly UsageEvent[]): Promise<readonly Recorded[]>
  /** Bills what the API said was used, or, where it said nothing, the service's own count. */
  recordCall(call: ModelCall): Promise<RecordedCall>
  refund(refund: Refund): Promise<Refunded>
  invoice(tenant: string, period: string): Promise<Invoice>
  /** From the analytics store, where there is one beside the ledger's (capability `analytics`); both days included. */
  usage(tenant: string, fromDay: string, toDay: string): Promise<readonly DailyUsage[]>
  /** Changes that are committed and not yet in the analytics store. */
  pendingAnalytics(): Promise<number>

  /** Opens an account and puts money into it. Opening it again with the same amount changes nothing. */
  openAccount(account: AccountRef, depositMicros: Micros): Promise<void>
  /** What the tenant's accounts together never fall below; zero by default. */
  setFloor(tenant: string, floorMicros: Micros): Promise<void>
  account(account: AccountRef): Promise<AccountState>
  transfer(transfer: Transfer): Promise<OperationResult>
  operate(operation: AccountOperation): Promise<OperationResult>
  /** One snapshot. @param tenants whose accounts are wanted; all by default */
  ledger(tenants?: readonly string[]): Promise<readonly LedgerAccount[]>

  /** What the tenant may spend, all in all. */
  setBudget(tenant: string, budgetMicros: Micros): Promise<void>
  /** Keeps an amount for a call that is about to be made; asked again with the same key, it gives the same answer. */
  reserve(key: string, tenant: string, estimateMicros: Micros): Promise<Reservation>
  /** The call was made and cost so much: that is spent, whether or not it is what was kept. Done again, it does nothing. */
  settle(key: string, tenant: string, actualMicros: Micros): Promise<void>
  spent(tenant: string): Promise<Micros>

  figures(): Promise<BillingFigures>
  /** Capability `crash-points`: the steps that `dieAt` may name. */
  crashPoints(): Promise<readonly string[]>
  close(): Promise<void>
}

/** The most events in one call. */
export const MOST_EVENTS = 1_000
/** The most tokens of an event, prompt and completion each: with it no charge leaves 64 bits. */
export const MOST_TOKENS = 1_000_000_000
/** How old an event may be, and how far ahead: what payment meters take. */
export const OLDEST_EVENT_MS = 35 * 24 * 60 * 60 * 1_000
export const FURTHEST_AHEAD_MS = 5 * 60 * 1_000

export const billing = defineContract({
  name: 'billing',
  capabilities: ['analytics', 'crash-points', 'accounts', 'budgets', 'token-counts'],
  control: 'billing.events.validation',
  guarantees: { ...guarantees, ...sla },
})
