import { defineAdapter } from '@proving-ground/core-harness/guarantee/adapter'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { billing } from '../src/contract.ts'
import type {
  AccountRef,
  BillingNode,
  BillingOptions,
  DailyUsage,
  Micros,
  OperationResult,
  Refund,
  Refunded,
} from '../src/contract.ts'
import { BillingError } from '../src/errors.ts'
import { PRICES } from '../src/prices.ts'
import { CallMeter } from '../src/reference/call-meter.ts'
import { Database, codeOf } from '../src/reference/database.ts'
import { Invoices } from '../src/reference/invoices.ts'
import { UsageRecorder, keyReused, rowOf } from '../src/reference/usage-recorder.ts'
import type { Outcome, PricedEvent } from '../src/reference/usage-recorder.ts'
import { inputs, valid } from '../src/validate.ts'
import * as statements from './one-statement/statements.ts'

const SCHEMA = readFileSync(new URL('./one-statement/schema.sql', import.meta.url), 'utf8')
const TURN = 7_193_022
const MOST_ATTEMPTS = 500
const LONGEST_PAUSE_MS = 60

/**
 * A billing core of another design than the reference: PostgreSQL alone, a journal without balances or counters, and each
 * change one SERIALIZABLE statement, which is done again where the database says that it met another. It shares with the
 * reference how input is checked and priced. Usage by day is summed up from the journal, so that there is no second store.
 */
export default defineAdapter(billing, {
  name: 'one-statement',
  offers: ['accounts', 'budgets', 'token-counts'],
  async open(options: BillingOptions): Promise<BillingNode> {
    const url = new URL(options.postgresUrl)
    url.searchParams.set('options', '-c default_transaction_isolation=serializable')
    const core = new Core(new Database(url.href, options.poolSize ?? 10))
    await core.prepare()
    return nodeOf(core, options)
  },
})

function nodeOf(core: Core, options: BillingOptions): BillingNode {
  const prices = options.prices ?? PRICES
  const termsOf: PriceLookup = (wanted) =>
    Promise.resolve(wanted.map(({ model, tier }) => prices.find((one) => one.model === model && one.tier === tier)))
  const now = (): number => options.nowMs ?? Date.now()
  const recorder = new OneStatementRecorder(
    { database: core.database, prices: { termsOf }, now, step: () => undefined },
    core,
  )
  const meter = new CallMeter(recorder)
  const invoices = new Invoices(core.database, statements.INVOICE_LINES)
  return {
    record: (events) => recorder.record(events),
    recordCall: (call) => meter.record(call),
    refund: (refund) => core.refund(refund),
    invoice: (tenant, period) => invoices.invoice(tenant, period),
    usage: (tenant, fromDay, toDay) => core.usage(tenant, fromDay, toDay),
    pendingAnalytics: () => Promise.resolve(0),
    openAccount: (account, depositMicros) => core.openAccount(account, depositMicros),
    setFloor: async (tenant, floorMicros) => {
      const given = valid(inputs.floor, { tenant, floorMicros })
      await core.run(statements.SET_FLOOR, [given.tenant, given.floorMicros])
    },
    account: (account) => core.account(account),
    transfer: (given) => {
      const { key, from, to, amountMicros } = valid(inputs.transfer, given)
      if (from.tenant === to.tenant && from.account === to.account)
        throw new BillingError('ERR_BILLING_INVALID', 'to: is the account that the money is taken from', {
          field: 'to',
        })
      return core.change(key, from.tenant, [
        { ...from, amount: String(-amountMicros) },
        { ...to, amount: String(amountMicros) },
      ])
    },
    operate: (given) => {
      const { key, amountsMicros, ...account } = valid(inputs.operation, given)
      const steps = amountsMicros.map((amount) => ({
        ...account,
        amount: String(amount),
        system: amount > 0n ? 'funding' : 'revenue',
      }))
      return core.change(key, account.tenant, steps)
    },
    ledger: (tenants) => core.ledger(tenants),
    setBudget: async (tenant, budgetMicros) => {
      const given = valid(inputs.budget, { tenant, budgetMicros })
      await core.run(statements.SET_BUDGET, [given.tenant, given.budgetMicros])
    },
    reserve: (key, tenant, estimateMicros) =>
      core.reserve({ key, tenant, estimateMicros }, options.defaultBudgetMicros),
    settle: async (key, tenant, actualMicros) => {
      const given = valid(inputs.actual, { key, tenant, actualMicros })
      const rows = await core.run(statements.SETTLE, [given.tenant, given.key, given.actualMicros])
      if (rows.length === 0)
        throw new BillingError('ERR_BILLING_UNKNOWN', `nothing was reserved with the key ${key}`, { field: 'key' })
    },
    spent: async (tenant) => {
      const given = valid(inputs.tenant, { tenant })
      const [row] = await core.run<{ spent_micros: string }>(statements.SPENT, [given.tenant])
      return BigInt(row!.spent_micros)
    },
    figures: () =>
      Promise.resolve({
        conflicts: core.conflicts,
        conflictsResolved: core.conflictsResolved,
        priceHits: 0,
        priceMisses: 0,
        ...core.database.figures,
      }),
    crashPoints: () => Promise.resolve([]),
    close: () => core.database.close(),
  }
}

type PriceLookup = ConstructorParameters<typeof UsageRecorder>[0]['prices']['termsOf']

/** The statements, each done again until it met nobody. */
class Core {
  readonly database: Database
  conflicts = 0
  conflictsResolved = 0

  constructor(database: Database) {
    this.database = database
  }

  async prepare(): Promise<void> {
    await this.database.transaction(async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [TURN])
      await client.query(SCHEMA)
    })
  }

  async run<Row extends pg.QueryResultRow>(statement: string, values: readonly unknown[]): Promise<Row[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        const rows = await this.database.query<Row>(statement, values)
        if (attempt > 1) this.conflictsResolved++
        return rows
      } catch (error) {
        if (!['40001', '40P01', '23505'].includes(codeOf(error) ?? '') || attempt === MOST_ATTEMPTS) throw error
        this.conflicts++
        await delay(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt))
      }
    }
  }

  async refund(given: Refund): Promise<Refunded> {
    const { tenant, key, of, shareBasisPoints } = valid(inputs.refund, given)
    const [row] = await this.run<{
      is_event: boolean
      is_same: boolean | null
      earlier: string
      amount: string | null
    }>(statements.REFUND, [tenant, key, of, shareBasisPoints])
    if (!row!.is_event) throw new BillingError('ERR_BILLING_UNKNOWN', `there is no event ${of}`, { field: 'of' })
    if (row!.is_same === false) throw keyReused('key', `the key ${key} was used for another refund`)
    if (row!.is_same) return { status: 'duplicate', amountMicros: BigInt(row!.earlier) }
    if (row!.amount === null)
      throw new BillingError('ERR_BILLING_REFUND', `less than that is left of the event ${of}`, {
        field: 'shareBasisPoints',
      })
    return { status: 'refunded', amountMicros: BigInt(row!.amount) }
  }

  async usage(givenTenant: string, givenFrom: string, givenTo: string): Promise<readonly DailyUsage[]> {
    const { tenant, fromDay, toDay } = valid(inputs.usage, { tenant: givenTenant, fromDay: givenFrom, toDay: givenTo })
    const rows = await this.run<Record<string, string>>(statements.USAGE, [tenant, fromDay, toDay])
    return rows.map((row) => ({
      day: row.day!,
      model: row.model!,
      events: Number(row.events),
      promptTokens: Number(row.prompt_tokens),
      completionTokens: Number(row.completion_tokens),
      estimatedEvents: Number(row.estimated_events),
      chargeMicros: BigInt(row.charge_micros!),
    }))
  }

  async openAccount(given: AccountRef, givenDeposit: Micros): Promise<void> {
    const { tenant, account, depositMicros } = valid(inputs.deposit, { ...given, depositMicros: givenDeposit })
    const [row] = await this.run<{ deposit: string | null }>(statements.OPEN_ACCOUNT, [tenant, account, depositMicros])
    if (row!.deposit !== null && BigInt(row!.deposit) !== depositMicros)
      throw keyReused('depositMicros', `the account ${account} was opened with another deposit`)
  }

  async account(given: AccountRef): ReturnType<BillingNode['account']> {
    const ref = valid(inputs.account, given)
    const [row] = await this.run<{ balance: string; version: string }>(statements.ACCOUNT, [ref.tenant, ref.account])
    if (!row) throw unknownAccount(ref.account)
    return { ...ref, balanceMicros: BigInt(row.balance), version: Number(row.version) }
  }

  async change(key: string, tenant: string, steps: readonly object[]): Promise<OperationResult> {
    const text = JSON.stringify(steps)
    const [row] = await this.run<{
      unknown: string | null
      short: string | null
      is_same: boolean | null
      balance: string
      version: string
    }>(statements.CHANGE, [tenant, key, text, text])
    if (row!.is_same === false) throw keyReused('key', `the key ${key} was used for something else`)
    if (row!.is_same === null && row!.unknown !== null) throw unknownAccount(row!.unknown)
    if (row!.is_same === null && row!.short !== null)
      throw new BillingError('ERR_BILLING_FLOOR', `the accounts of ${row!.short} would fall below their floor`)
    const status = row!.is_same ? 'duplicate' : 'done'
    return { status, balanceMicros: BigInt(row!.balance), version: Number(row!.version) }
  }

  async ledger(given?: readonly string[]): ReturnType<BillingNode['ledger']> {
    const { tenants } = valid(inputs.tenants, given === undefined ? {} : { tenants: given })
    const rows = await this.run<{ kind: 'own' | 'system'; tenant: string; account: string; micros: string }>(
      statements.LEDGER,
      [tenants ?? null],
    )
    return rows.map(({ kind, tenant, account, micros }) => ({
      kind,
      tenant,
      account,
      balanceMicros: BigInt(micros),
      entriesMicros: BigInt(micros),
    }))
  }

  async reserve(given: object, defaultMicros: Micros | undefined): ReturnType<BillingNode['reserve']> {
    const { key, tenant, estimateMicros } = valid(inputs.estimate, given)
    const [row] = await this.run<{ is_granted: boolean; left_micros: string | null; estimate_micros: string }>(
      statements.RESERVE,
      [tenant, key, estimateMicros, defaultMicros ?? null],
    )
    if (BigInt(row!.estimate_micros) !== estimateMicros)
      throw keyReused('key', `the key ${key} was used for another estimate`)
    const left = row!.left_micros
    return { isGranted: row!.is_granted, leftMicros: left === null ? undefined : BigInt(left) }
  }
}

class OneStatementRecorder extends UsageRecorder {
  readonly #core: Core

  constructor(parts: ConstructorParameters<typeof UsageRecorder>[0], core: Core) {
    super(parts)
    this.#core = core
  }

  protected override async store(events: readonly PricedEvent[]): Promise<ReadonlyMap<number, Outcome>> {
    const rows = await this.#core.run<{ ordinal: number; is_new: boolean; is_other: boolean; charge_micros: string }>(
      statements.RECORD,
      [JSON.stringify(events.map(rowOf))],
    )
    const other = rows.find(({ is_other: isOther }) => isOther)
    if (other) throw keyReused(`events[${other.ordinal}].key`, 'the key was recorded with other content')
    return new Map(rows.map((row) => [row.ordinal, { isNew: row.is_new, chargeMicros: BigInt(row.charge_micros) }]))
  }
}

function unknownAccount(account: string): BillingError {
  return new BillingError('ERR_BILLING_UNKNOWN', `there is no account ${account}`, { field: 'account' })
}
