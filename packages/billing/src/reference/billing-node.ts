import type { BillingNode, BillingOptions } from '../contract.ts'
import { PRICES } from '../prices.ts'
import { Accounts } from './accounts.ts'
import { Analytics } from './analytics.ts'
import { Budgets } from './budgets.ts'
import { CallMeter } from './call-meter.ts'
import { CRASH_POINTS, diesAt } from './crash-points.ts'
import { Database } from './database.ts'
import { Invoices } from './invoices.ts'
import { migrate } from './migrate.ts'
import { Outbox } from './outbox.ts'
import type { OutboxParts } from './outbox.ts'
import { PriceCache } from './price-cache.ts'
import { Refunds } from './refunds.ts'
import { UsageRecorder } from './usage-recorder.ts'
import type { RecorderParts } from './usage-recorder.ts'

const POOL_SIZE = 10

/** The rooms of a node. Defects put their own in the place of one. */
export interface Rooms {
  readonly database: (options: BillingOptions) => Database
  readonly prices: (options: BillingOptions, database: Database) => PriceCache
  readonly recorder: (parts: RecorderParts) => UsageRecorder
  readonly meter: (recorder: UsageRecorder) => CallMeter
  readonly refunds: (database: Database) => Refunds
  readonly invoices: (database: Database) => Invoices
  readonly accounts: (database: Database) => Accounts
  readonly budgets: (database: Database, options: BillingOptions) => Budgets
  readonly analytics: (url: string) => Analytics
  readonly outbox: (parts: OutboxParts) => Outbox
  /** Beside those of the reference. */
  readonly crashPoints: readonly string[]
}

const ROOMS: Rooms = {
  database: ({ postgresUrl, poolSize = POOL_SIZE }) => new Database(postgresUrl, poolSize),
  prices: ({ redisUrl, keyPrefix }, database) => new PriceCache(redisUrl, keyPrefix, database),
  recorder: (parts) => new UsageRecorder(parts),
  meter: (recorder) => new CallMeter(recorder),
  refunds: (database) => new Refunds(database),
  invoices: (database) => new Invoices(database),
  accounts: (database) => new Accounts(database),
  budgets: (database, { defaultBudgetMicros }) => new Budgets(database, defaultBudgetMicros),
  analytics: (url) => new Analytics(url),
  outbox: (parts) => new Outbox(parts),
  crashPoints: [],
}

/** Opens a node of the reference: the schema is there, and the outbox is carried, when it resolves. */
export async function createBillingNode(options: BillingOptions, others: Partial<Rooms> = {}): Promise<BillingNode> {
  const rooms = { ...ROOMS, ...others }
  const database = rooms.database(options)
  const prices = rooms.prices(options, database)
  const analytics = rooms.analytics(options.clickhouseUrl)
  const step = diesAt(options.dieAt)
  const now = (): number => options.nowMs ?? Date.now()
  const log = (problem: string): void => void process.stderr.write(`billing: ${problem}\n`)
  try {
    // Without the analytics store events are taken all the same.
    const prepared = analytics.prepare().catch((error: unknown) => log(`no analytics yet: ${(error as Error).message}`))
    await Promise.all([migrate(database, options.prices ?? PRICES), prepared, prices.connect()])
  } catch (error) {
    await Promise.all([database.close(), prices.close(), analytics.close()])
    throw error
  }
  const recorder = rooms.recorder({ database, prices, now, step })
  const meter = rooms.meter(recorder)
  const [refunds, invoices] = [rooms.refunds(database), rooms.invoices(database)]
  const [accounts, budgets] = [rooms.accounts(database), rooms.budgets(database, options)]
  const outbox = rooms.outbox({ database, analytics, step, log })
  outbox.start()
  const carried = async <Result>(recording: Promise<Result>): Promise<Result> => {
    const result = await recording
    outbox.wake()
    return result
  }
  return {
    record: (events) => carried(recorder.record(events)),
    recordCall: (call) => carried(meter.record(call)),
    refund: (refund) => refunds.refund(refund),
    invoice: (tenant, period) => invoices.invoice(tenant, period),
    usage: (tenant, fromDay, toDay) => analytics.usage(tenant, fromDay, toDay),
    pendingAnalytics: () => outbox.pending(),
    openAccount: (account, depositMicros) => accounts.open(account, depositMicros),
    setFloor: (tenant, floorMicros) => accounts.setFloor(tenant, floorMicros),
    account: (account) => accounts.state(account),
    transfer: (transfer) => accounts.transfer(transfer),
    operate: (operation) => accounts.operate(operation),
    ledger: (tenants) => accounts.ledger(tenants),
    setBudget: (tenant, budgetMicros) => budgets.set(tenant, budgetMicros),
    reserve: (key, tenant, estimateMicros) => budgets.reserve(key, tenant, estimateMicros),
    settle: (key, tenant, actualMicros) => budgets.settle(key, tenant, actualMicros),
    spent: (tenant) => budgets.spent(tenant),
    figures: () =>
      Promise.resolve({
        conflicts: accounts.conflicts,
        conflictsResolved: accounts.conflictsResolved,
        priceHits: prices.hits,
        priceMisses: prices.misses,
        ...database.figures,
      }),
    crashPoints: () => Promise.resolve([...CRASH_POINTS, ...rooms.crashPoints]),
    async close() {
      await outbox.close()
      await Promise.all([database.close(), prices.close(), analytics.close()])
    },
  }
}
