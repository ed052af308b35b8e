import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { ClickHouseClient } from '@clickhouse/client'
import { startServer, type RunningServer } from './running-server.ts'

const TENANTS = 6

let server: RunningServer
let tenants: ClickHouseClient[]

beforeAll(async () => {
  server = await startServer()
  tenants = await Promise.all([...Array(TENANTS).keys()].map((n) => server.databaseClient(`tenant_${n}`)))
  for (const [n, tenant] of tenants.entries()) {
    await tenant.command({ query: 'CREATE TABLE events (tenant UInt8) ENGINE = MergeTree ORDER BY tenant' })
    await tenant.command({ query: `CREATE TABLE only_${n} (a UInt8) ENGINE = Memory` })
  }
})
afterAll(() => server.stop())

test('concurrent requests see their own database, parameters and settings, and no others', async () => {
  const rounds = 180
  const seen = await Promise.all(
    [...Array(rounds).keys()].map(async (round) => {
      const n = round % TENANTS
      const tenant = tenants[n]!
      if (round % 3 === 0) await tenant.insert({ table: 'events', values: [{ tenant: n }], format: 'JSONEachRow' })
      // Both ways in which the engine is asked: JSON runs whole, JSONEachRow in pieces.
      const format = round % 2 === 0 ? 'JSON' : 'JSONEachRow'
      const result = await tenant.query({
        query: `SELECT currentDatabase() db, {round:UInt32} r, getSetting('max_block_size') b,
                (SELECT countIf(tenant != ${n}) FROM events) strangers FROM system.one`,
        query_params: { round },
        clickhouse_settings: { max_block_size: String(1000 + round) },
        format,
      })
      const json = await result.json<Record<string, unknown>>()
      return Array.isArray(json) ? json[0] : json.data[0]
    }),
  )
  expect(seen).toEqual(
    [...Array(rounds).keys()].map((round) => ({
      db: `tenant_${round % TENANTS}`,
      r: round,
      b: 1000 + round,
      strangers: 0,
    })),
  )
  const counts = await Promise.all(
    tenants.map(async (tenant) =>
      (await tenant.query({ query: 'SELECT count() FROM events', format: 'TabSeparated' })).text(),
    ),
  )
  expect(counts.map(Number).reduce((a, b) => a + b)).toBe(rounds / 3)
})

test('a table of another database is unknown, also while that database is in use', async () => {
  const outcomes = await Promise.all(
    [...Array(60).keys()].map(async (round) => {
      const own = round % TENANTS
      const asked = Math.floor(round / TENANTS) % TENANTS
      const outcome = await tenants[own]!.query({ query: `SELECT * FROM only_${asked}`, format: 'TabSeparated' }).then(
        () => 'found',
        (error: { type: string }) => error.type,
      )
      return { isOwn: own === asked, outcome }
    }),
  )
  expect(outcomes.filter(({ isOwn }) => isOwn)).toHaveLength(10)
  for (const { isOwn, outcome } of outcomes) expect(outcome).toBe(isOwn ? 'found' : 'UNKNOWN_TABLE')
})

test('USE and SET end with the request that said them', async () => {
  const [first, second] = tenants as [ClickHouseClient, ClickHouseClient]
  await first.command({ query: 'USE tenant_1' })
  await first.command({ query: 'SET max_threads = 7' })
  const state = "SELECT currentDatabase() db, getSetting('max_threads') = 7 leaked"
  for (const [tenant, db] of [
    [first, 'tenant_0'],
    [second, 'tenant_1'],
  ] as const) {
    const result = await tenant.query({ query: state, format: 'JSONEachRow' })
    expect(await result.json()).toEqual([{ db, leaked: 0 }])
  }
})
