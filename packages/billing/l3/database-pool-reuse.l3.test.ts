import { expect } from '@jest/globals'
import { eventually, openSuite } from '@proving-ground/core-harness/guarantee'
import pg from 'pg'
import { billing } from '../src/contract.ts'
import type { BillingNode, BillingOptions } from '../src/contract.ts'
import { PERIOD, eventOf, leaseStores } from './nodes.ts'

const { guarantee } = await openSuite<BillingNode, BillingOptions, keyof typeof billing.guarantees>(billing)

const POOL_SIZE = 5
const AT_ONCE = 200
const REFUSED = 50
const WITHIN_MS = 10_000

/** Connections to the database of the service, as PostgreSQL counts them: what a node says of itself may be wrong. */
class Observer {
  readonly #client: pg.Client
  most = 0

  private constructor(client: pg.Client) {
    this.#client = client
  }

  static async open(url: string): Promise<Observer> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    return new Observer(client)
  }

  async count(state?: string): Promise<number> {
    const { rows } = await this.#client.query<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity
       WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
         AND ($1::text IS NULL OR state = $1)`,
      [state ?? null],
    )
    return Number(rows[0]!.count)
  }

  /** Looks again and again while something is done. */
  async during<Result>(work: Promise<Result>): Promise<Result> {
    let isDone = false
    const watch = (async () => {
      while (!isDone) this.most = Math.max(this.most, await this.count())
    })()
    try {
      return await work
    } finally {
      isDone = true
      await watch
    }
  }

  async close(): Promise<void> {
    await this.#client.end()
  }
}

/** Reads and writes of all kinds, all at once. */
async function ask(node: BillingNode, wave: number): Promise<unknown> {
  const requests = [
    (tenant: string, n: number) => node.record([eventOf(n, { tenant })]),
    (tenant: string) => node.invoice(tenant, PERIOD),
    (tenant: string, n: number) => node.openAccount({ tenant, account: String(n) }, 1n),
    (tenant: string, n: number) => node.reserve(String(n), tenant, 1n),
    (tenant: string) => node.ledger([tenant]),
  ]
  return await Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) =>
      requests[index % requests.length]!(`tenant ${index % 20}`, wave * AT_ONCE + index),
    ),
  )
}

/** Within a transaction and without. */
async function askForWhatIsRefused(node: BillingNode): Promise<unknown> {
  return await Promise.all(
    Array.from({ length: REFUSED }, async (_, index) => {
      const refund = { key: 'k', tenant: 'tenant 0', of: `nothing ${index}`, shareBasisPoints: 1 }
      await expect(node.refund(refund)).rejects.toMatchObject({ code: 'ERR_BILLING_UNKNOWN' })
      const reused = eventOf(0, { tenant: 'tenant 0', promptTokens: index + 1_000 })
      await expect(node.record([reused])).rejects.toMatchObject({ code: 'ERR_BILLING_KEY_REUSED' })
    }),
  )
}

guarantee('billing.database.pool-reuse', async (context) => {
  // A server of its own: one that runs out of connections would be missed by others.
  const { url } = await context.lease('postgres', { dedicated: true })
  const options = await leaseStores(context, { poolSize: POOL_SIZE })
  const { service } = await context.host({ ...options, postgresUrl: url })
  const observer = await Observer.open(url)
  context.onCleanup(() => observer.close())

  await observer.during(ask(service, 0))
  const warm = await service.figures()
  await observer.during(ask(service, 1))
  await observer.during(askForWhatIsRefused(service))
  await observer.during(ask(service, 2))
  const figures = await service.figures()

  expect(observer.most).toBeLessThanOrEqual(POOL_SIZE)
  expect(figures.mostConnections).toBeLessThanOrEqual(POOL_SIZE)
  expect(figures.connections).toBeLessThanOrEqual(POOL_SIZE)
  // One that was idle for long may have been given up, and another opened: not one for each of 500 requests.
  expect(figures.connectionsOpened - warm.connectionsOpened).toBeLessThanOrEqual(POOL_SIZE)
  context.sometimes('all connections of the pool were in use', observer.most === POOL_SIZE)
  await eventually(async () => (await observer.count('idle in transaction')) === 0, {
    withinMs: WITHIN_MS,
    describe: 'no transaction is left open',
  })
  context.evidence({ asPostgresCounts: observer.most, ...figures })
})
