import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { EnvironmentClient } from '@proving-ground/core-harness/environment'
import pg from 'pg'
import { PRICES } from '../src/prices.ts'
import { Accounts } from '../src/reference/accounts.ts'
import { Database } from '../src/reference/database.ts'
import { migrate } from '../src/reference/migrate.ts'

/** The tables of the account race, their triggers and functions, on a real PostgreSQL. */
const STARTS_WITHIN_MS = 60_000
const ACCOUNT = { tenant: 'acme', account: 'main' }

let environment: EnvironmentClient
let database: Database
let accounts: Accounts

beforeAll(async () => {
  environment = await EnvironmentClient.connect()
  const { url } = await environment.lease('postgres')
  database = new Database(url, 10)
  await migrate(database, PRICES)
  accounts = new Accounts(database)
}, STARTS_WITHIN_MS)

afterAll(async () => {
  await database.close()
  environment.close()
}, STARTS_WITHIN_MS)

async function only<Row extends pg.QueryResultRow>(statement: string, values: readonly unknown[] = []): Promise<Row> {
  const rows = await database.query<Row>(statement, values)
  expect(rows).toHaveLength(1)
  return rows[0]!
}

test('migrating again changes nothing', async () => {
  await migrate(database, PRICES)
  expect(await database.query('SELECT FROM prices')).toHaveLength(PRICES.length)
})

test('migrating with another price of a model is refused', async () => {
  const [first, ...others] = PRICES
  const dearer = { ...first!, promptMinorPerMillion: first!.promptMinorPerMillion + 1 }
  await expect(migrate(database, [dearer, ...others])).rejects.toMatchObject({ code: 'ERR_BILLING_INVALID' })
})

describe('operations on one account', () => {
  beforeAll(async () => {
    await accounts.open(ACCOUNT, 1_000n)
    const keys = Array.from({ length: 20 }, (_, number) => `operation ${number}`)
    await Promise.all(keys.map((key) => accounts.operate({ key, ...ACCOUNT, amountsMicros: [3n, -2n, 1n] })))
  })

  test('each is there once, with its version and how it went', async () => {
    const found = await only(
      `SELECT count(*)::int AS operations, count(DISTINCT version)::int AS versions, min(attempts)::int AS least,
         sum(attempts)::int AS attempts, min(took_ms) >= 0 AS is_timed
       FROM account_operations JOIN operation_metrics USING (tenant, key)`,
    )
    const attempts = 20 + accounts.conflicts
    expect(found).toEqual({ operations: 20, versions: 20, least: 1, attempts, is_timed: true })
  })

  test('each conflict is noted, and the summary tells that all were resolved', async () => {
    const summary = await only('SELECT * FROM race_summary($1)', ['acme'])
    expect(accounts.conflicts).toBeGreaterThan(0)
    expect(summary).toEqual({
      conflicts: String(accounts.conflicts),
      operations: String(accounts.conflictsResolved),
      resolved: String(accounts.conflictsResolved),
    })
    expect(await only('SELECT * FROM race_summary($1)', ['globex'])).toEqual({
      conflicts: '0',
      operations: '0',
      resolved: '0',
    })
  })

  test('each change of an account moves its time', async () => {
    const read = 'SELECT changed_at > opened_at AS is_later, changed_at FROM accounts WHERE account = $1'
    const before = await only<{ is_later: boolean; changed_at: Date }>(read, ['main'])
    expect(before.is_later).toBe(true)
    await accounts.operate({ key: 'one more', ...ACCOUNT, amountsMicros: [1n] })
    const isMoved = 'SELECT changed_at > $2 AS is_moved FROM accounts WHERE account = $1'
    expect(await only(isMoved, ['main', before.changed_at])).toEqual({ is_moved: true })
  })

  test.each([
    'UPDATE ledger_transfers SET amount_micros = 1',
    'DELETE FROM ledger_transfers',
    'TRUNCATE ledger_transfers',
  ])('the ledger takes no %s', async (statement) => {
    await expect(database.query(statement)).rejects.toMatchObject({ code: '23001' })
  })

  test('conflicts are forgotten after a while, and no sooner', async () => {
    const forget = 'SELECT forget_races($1) AS gone'
    expect(await only(forget, ['1 hour'])).toEqual({ gone: '0' })
    const { noted } = await only<{ noted: string }>('SELECT count(*) AS noted FROM race_events')
    expect(await only(forget, ['0 seconds'])).toEqual({ gone: noted })
  })
})

test('an operation that adds before it takes away is not held up by a floor that was raised meanwhile', async () => {
  const account = { tenant: 'initech', account: 'main' }
  await accounts.open(account, 10n)
  await accounts.setFloor('initech', 100n)
  const added = await accounts.operate({ key: 'add', ...account, amountsMicros: [20n, -5n] })
  expect(added).toMatchObject({ status: 'done', balanceMicros: 25n })
  const taken = accounts.operate({ key: 'take', ...account, amountsMicros: [-1n] })
  await expect(taken).rejects.toMatchObject({ code: 'ERR_BILLING_FLOOR' })
})

test('opening an account again with another deposit is refused', async () => {
  const account = { tenant: 'hooli', account: 'main' }
  await Promise.all([accounts.open(account, 7n), accounts.open(account, 7n)])
  await expect(accounts.open(account, 8n)).rejects.toMatchObject({ code: 'ERR_BILLING_KEY_REUSED' })
  expect(await accounts.state(account)).toMatchObject({ balanceMicros: 7n })
})
