import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { ClickHouseClient, DataFormat } from '@clickhouse/client'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { startServer, type RunningServer } from './running-server.ts'

let server: RunningServer
let client: ClickHouseClient
let tables = 0

beforeAll(async () => {
  server = await startServer()
  client = await server.databaseClient('inserts')
})
afterAll(() => server.stop())

async function newTable(columns = 'a UInt32, b String', engine = 'MergeTree ORDER BY a'): Promise<string> {
  const table = `t${(tables += 1)}`
  await client.command({ query: `CREATE TABLE ${table} (${columns}) ENGINE = ${engine}` })
  return table
}

async function rowsOf(table: string, rest = 'ORDER BY ALL'): Promise<unknown[]> {
  return (await client.query({ query: `SELECT * FROM ${table} ${rest}`, format: 'JSONCompactEachRow' })).json()
}

const TRICKY = 'line\n\nSELECT 1; \\ \t "quoted" \'single\' ∞'

test.each<[DataFormat, (table: string) => Promise<unknown>]>([
  [
    'JSONEachRow',
    (table) =>
      client.insert({
        table,
        values: [
          { a: 1, b: TRICKY },
          { b: 'x', a: 2 },
        ],
        format: 'JSONEachRow',
      }),
  ],
  [
    'JSONCompactEachRow',
    (table) =>
      client.insert({
        table,
        values: [
          [1, TRICKY],
          [2, 'x'],
        ],
        format: 'JSONCompactEachRow',
      }),
  ],
  ['CSV', (table) => insertText(table, 'CSV', `1,"${TRICKY.replaceAll('"', '""')}"\n2,x\n`)],
  ['CSVWithNames', (table) => insertText(table, 'CSVWithNames', `"b","a"\n"${TRICKY.replaceAll('"', '""')}",1\nx,2\n`)],
  ['TabSeparated', (table) => insertText(table, 'TabSeparated', `1\t${tsv(TRICKY)}\n2\tx\n`)],
  ['TabSeparatedWithNames', (table) => insertText(table, 'TabSeparatedWithNames', `b\ta\n${tsv(TRICKY)}\t1\nx\t2\n`)],
])('inserts %s, with an empty line and SQL inside a value', async (_format, insert) => {
  const table = await newTable()
  await insert(table)
  expect(await rowsOf(table)).toEqual([
    [1, TRICKY],
    [2, 'x'],
  ])
})

const tsv = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t')

function insertText(
  table: string,
  format: 'CSV' | 'CSVWithNames' | 'TabSeparated' | 'TabSeparatedWithNames',
  text: string,
) {
  return client.insert({ table, values: Readable.from([text], { objectMode: false }), format })
}

test('reports what was written, materialized views included', async () => {
  const table = await newTable()
  await client.command({ query: `CREATE TABLE sums (k UInt8, s UInt64) ENGINE = SummingMergeTree ORDER BY k` })
  await client.command({
    query: `CREATE MATERIALIZED VIEW to_sums TO sums AS SELECT a % 2 AS k, sum(a) AS s FROM ${table} GROUP BY k`,
  })
  const { summary, executed } = await client.insert({
    table,
    values: [
      { a: 1, b: '' },
      { a: 2, b: '' },
      { a: 3, b: '' },
    ],
    format: 'JSONEachRow',
  })
  expect(executed).toBe(true)
  expect(summary).toMatchObject({ written_rows: '5' })
  expect(Number(summary?.written_bytes)).toBeGreaterThan(0)
  expect(await rowsOf('sums')).toEqual([
    [0, 2],
    [1, 4],
  ])
})

test('inserts from a query and reports what was written', async () => {
  const table = await newTable()
  const { summary } = await client.command({ query: `INSERT INTO ${table} SELECT number, 'q' FROM numbers(1000)` })
  expect(summary).toMatchObject({ written_rows: '1000' })
})

test('keeps columns, defaults, expressions and parameters of VALUES', async () => {
  const table = await newTable("a UInt32, b String DEFAULT 'dflt'")
  await client.insert({ table, values: [{ a: 1 }], format: 'JSONEachRow', columns: ['a'] })
  await client.command({
    query: `INSERT INTO ${table} (b, a) VALUES (concat('x', {s:String}), {n:UInt32} + 1), ('; "', 3);`,
    query_params: { s: "it's", n: 1 },
  })
  await client.exec({ query: `INSERT INTO ${table} FORMAT CSV`, values: Readable.from(['4,exec\n']) })
  await client.command({ query: `INSERT INTO ${table} SETTINGS input_format_null_as_default = 1 FORMAT TSV\n5\t\\N\n` })
  expect(await rowsOf(table)).toEqual([
    [1, 'dflt'],
    [2, "xit's"],
    [3, '; "'],
    [4, 'exec'],
    [5, 'dflt'],
  ])
})

test('an insert without rows writes nothing', async () => {
  const table = await newTable()
  const response = await fetch(`${server.url}/?database=inserts&query=INSERT+INTO+${table}+FORMAT+JSONEachRow`, {
    method: 'POST',
  })
  expect(response.status).toBe(200)
  expect(await rowsOf(table)).toEqual([])
})

test('one bad row refuses the whole insert, and says which', async () => {
  const table = await newTable()
  const values = [...Array(1000).keys()].map((a) => ({ a: a === 900 ? 'nine hundred' : a, b: '' }))
  await expect(client.insert({ table, values, format: 'JSONEachRow' })).rejects.toMatchObject({
    type: 'CANNOT_PARSE_INPUT_ASSERTION_FAILED',
    message: expect.stringMatching(/at row 901/),
  })
  expect(await rowsOf(table)).toEqual([])
  await expect(insertText('not_there', 'CSV', '1,x\n')).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' })
})

test.each(['gzip', 'zstd', 'br'] as const)('compresses requests and responses with %s', async (codec) => {
  const packed = server.client({ database: 'inserts', compression: { request: { codec }, response: { codec } } })
  const table = await newTable()
  const values = [...Array(20_000).keys()].map((a) => ({ a, b: `row ${a}` }))
  await packed.insert({ table, values, format: 'JSONEachRow' })
  const result = await packed.query({ query: `SELECT * FROM ${table} ORDER BY a`, format: 'JSONEachRow' })
  expect(result.response_headers['content-encoding']).toBe(codec)
  expect(await result.json()).toEqual(values)
})

test('reads binary rows and any encoding of a body', async () => {
  const table = await newTable('a UInt8, b String')
  const rows = Buffer.from([1, 2, 0x0a, 0x0a, 2, 1, 0x3b])
  for (const [encoding, body] of [
    ['gzip', gzipSync(rows)],
    ['zstd', zstdCompressSync(rows)],
  ] as const) {
    const url = `${server.url}/?database=inserts&query=INSERT+INTO+${table}+FORMAT+RowBinary`
    const response = await fetch(url, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { 'content-encoding': encoding },
    })
    expect(await response.text()).toBe('')
  }
  expect(await rowsOf(table, 'ORDER BY a')).toEqual([
    [1, '\n\n'],
    [1, '\n\n'],
    [2, ';'],
    [2, ';'],
  ])
})

test('the MergeTree family merges as it should', async () => {
  const replacing = await newTable('k UInt8, v UInt8, ver UInt8', 'ReplacingMergeTree(ver) ORDER BY k')
  const aggregating = await newTable('k UInt8, u AggregateFunction(uniq, UInt32)', 'AggregatingMergeTree ORDER BY k')
  for (const ver of [2, 1])
    await client.insert({ table: replacing, values: [[1, ver * 10, ver]], format: 'JSONCompactEachRow' })
  for (const from of [0, 50]) {
    await client.command({
      query: `INSERT INTO ${aggregating} SELECT 1, uniqState(toUInt32(number + ${from})) FROM numbers(100)`,
    })
  }
  expect(await rowsOf(`${replacing} FINAL`)).toEqual([[1, 20, 2]])
  await client.command({ query: `OPTIMIZE TABLE ${replacing} FINAL` })
  expect(await rowsOf(replacing)).toEqual([[1, 20, 2]])
  const uniq = await client.query({ query: `SELECT uniqMerge(u) u FROM ${aggregating}`, format: 'JSONEachRow' })
  expect(await uniq.json()).toEqual([{ u: 150 }])
})

test('takes a million rows and more than 100 MB in one insert', async () => {
  const table = await newTable('a UInt32, b String CODEC(LZ4)')
  const filler = 'x'.repeat(90)
  function* batches() {
    for (let batch = 0; batch < 100; batch += 1) {
      let text = ''
      for (let row = batch * 10_000; row < (batch + 1) * 10_000; row += 1) text += `{"a":${row},"b":"${filler}"}\n`
      yield text
    }
  }
  const values = Readable.from(batches(), { objectMode: false })
  const { summary, stream } = await client.exec({ query: `INSERT INTO ${table} FORMAT JSONEachRow`, values })
  stream.resume()
  expect(summary).toMatchObject({ written_rows: '1000000' })
  const check = await client.query({
    query: `SELECT count() n, uniqExact(a) u, max(a) m FROM ${table}`,
    format: 'JSONEachRow',
  })
  expect(await check.json()).toEqual([{ n: 1_000_000, u: 1_000_000, m: 999_999 }])
})

test('leaves no file of an upload behind', () => {
  expect(readdirSync(join(server.directory, 'http_spool'))).toEqual([])
})
