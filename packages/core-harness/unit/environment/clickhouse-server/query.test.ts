import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { ClickHouseClient, DataFormat } from '@clickhouse/client'
import { startServer, type RunningServer } from './running-server.ts'

let server: RunningServer
let client: ClickHouseClient

beforeAll(async () => {
  server = await startServer()
  client = server.client()
})
afterAll(() => server.stop())

const post = (body: string, search = '') => fetch(`${server.url}/${search}`, { method: 'POST', body })

test('answers health checks as ClickHouse does', async () => {
  expect(await client.ping()).toEqual({ success: true })
  expect(await client.ping({ select: true })).toEqual({ success: true })
  const ping = await fetch(`${server.url}/ping`)
  expect(await ping.text()).toBe('Ok.\n')
  expect(await (await fetch(server.url)).text()).toBe('Ok.\n')
})

test.each<[DataFormat, string]>([
  ['JSONEachRow', '{"n":0,"s":"0"}\n{"n":1,"s":"1"}\n'],
  ['JSONCompactEachRow', '[0, "0"]\n[1, "1"]\n'],
  ['JSONCompactEachRowWithNamesAndTypes', '["n", "s"]\n["UInt8", "String"]\n[0, "0"]\n[1, "1"]\n'],
  ['CSVWithNames', '"n","s"\n0,"0"\n1,"1"\n'],
  ['TabSeparatedWithNamesAndTypes', 'n\ts\nUInt8\tString\n0\t0\n1\t1\n'],
])('returns %s', async (format, expected) => {
  const result = await client.query({ query: 'SELECT toUInt8(number) n, toString(n) s FROM numbers(2)', format })
  const spaced = (text: string) => text.replaceAll(/,\s/g, ',')
  expect(spaced(await result.text())).toBe(spaced(expected))
  expect(result.response_headers['x-clickhouse-format']).toBe(format)
})

test.each<DataFormat>(['JSON', 'JSONCompact', 'JSONColumnsWithMetadata', 'JSONStrings', 'JSONObjectEachRow'])(
  'returns %s as one document, however many blocks it has',
  async (format) => {
    const result = await client.query({ query: 'SELECT number n FROM numbers(100000)', format })
    const document = JSON.parse(await result.text())
    if (format === 'JSONObjectEachRow') expect(Object.keys(document)).toHaveLength(100_000)
    else expect(document.rows).toBe(100_000)
  },
)

test('sends one heading for a result of many pieces, also when names hold line breaks', async () => {
  const result = await client.query({ query: 'SELECT number AS `a"\nb` FROM numbers(100000)', format: 'CSVWithNames' })
  const text = await result.text()
  expect(text.startsWith('"a""\nb"\n0\n1\n')).toBe(true)
  expect(text.split('\n')).toHaveLength(100_000 + 3)
})

test('keeps totals after the rows', async () => {
  const query = 'SELECT number % 2 k, count() c FROM numbers(10) GROUP BY k WITH TOTALS ORDER BY k FORMAT TSV'
  expect(await (await post(query)).text()).toBe('0\t5\n1\t5\n\n0\t10\n')
})

test('substitutes typed parameters, as text and never as SQL', async () => {
  const query_params = { s: `it's "a"\t\\ tab\n; DROP`, n: 42, a: ['x', "y'z"], t: new Date(0), m: null }
  const query = "SELECT {s:String} s, {n:UInt64} n, {a:Array(String)} a, {t:DateTime('UTC')} t, {m:Nullable(String)} m"
  const result = await client.query({ query, query_params, format: 'JSONEachRow' })
  expect(await result.json()).toEqual([
    { s: query_params.s, n: 42, a: query_params.a, t: '1970-01-01 00:00:00', m: null },
  ])
})

test('takes parameters from a form, as a client sends long ones', async () => {
  const long = 'x'.repeat(300_000)
  const result = await client.query({
    query: 'SELECT length({s:String}) l, {id:Identifier} o FROM system.one',
    query_params: { s: long, id: 'dummy' },
    format: 'JSONEachRow',
    use_multipart_params: true,
  })
  expect(await result.json()).toEqual([{ l: long.length, o: 0 }])
})

test('applies settings to one query only', async () => {
  const query = "SELECT getSetting('max_threads') t, getSetting('join_use_nulls') j"
  const read = async (clickhouse_settings: Record<string, string | number>) =>
    (await client.query({ query, format: 'JSONEachRow', clickhouse_settings })).json()
  expect(await read({ max_threads: 3, join_use_nulls: 1 })).toEqual([{ t: 3, j: true }])
  expect(await read({ max_threads: 1 })).toEqual([{ t: 1, j: false }])
})

test('echoes the query id and refuses one that is running', async () => {
  const running = client.command({ query: 'SELECT sleep(0.4)', query_id: 'twice' })
  const again = async () => {
    for (;;) await client.command({ query: 'SELECT 1', query_id: 'twice' })
  }
  await expect(again()).rejects.toMatchObject({ code: '216', type: 'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING' })
  expect((await running).query_id).toBe('twice')
  expect((await client.query({ query: 'SELECT 1', query_id: 'mine' })).query_id).toBe('mine')
  const response = await post('SELECT 1', '?query_id=theirs')
  expect(response.headers.get('x-clickhouse-query-id')).toBe('theirs')
})

test('says what it did in headers', async () => {
  const response = await post('SELECT number FROM numbers(5) FORMAT JSONEachRow')
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=UTF-8')
  expect(response.headers.get('x-clickhouse-format')).toBe('JSONEachRow')
  expect(response.headers.get('x-clickhouse-server-display-name')).toMatch(/./)
  expect(JSON.parse(response.headers.get('x-clickhouse-summary')!)).toMatchObject({ read_rows: '5', result_rows: '5' })
})

test('takes a query from the URL, and with GET changes nothing', async () => {
  const get = (query: string) => fetch(`${server.url}/?query=${encodeURIComponent(query)}`)
  expect(await (await get('SELECT 1 + 1')).text()).toBe('2\n')
  expect(await (await post(' + 1', '?query=SELECT+1')).text()).toBe('2\n')
  const refused = await get('CREATE TABLE made_by_get (a Int8) ENGINE = Memory')
  expect(await refused.text()).toMatch(/^Code: 164\. DB::Exception: .*\(READONLY\)/)
  expect(await (await post('EXISTS made_by_get')).text()).toBe('0\n')
})

test.each([
  ['SELECT * FROM nowhere', '60', 'UNKNOWN_TABLE', 404],
  ['SELECT * FROM nobase.t', '81', 'UNKNOWN_DATABASE', 404],
  ['SELECT nocolumn', '47', 'UNKNOWN_IDENTIFIER', 404],
  ['SELECT nofunction(1)', '46', 'UNKNOWN_FUNCTION', 404],
  ['SELECT 1 SETTINGS nosetting = 1', '115', 'UNKNOWN_SETTING', 404],
  ['SELECT 1 FORMAT NoFormat', '73', 'UNKNOWN_FORMAT', 404],
  ['selekt 1', '62', 'SYNTAX_ERROR', 400],
  ['SELECT 1; SELECT 2', '62', 'SYNTAX_ERROR', 400],
  ['SELECT {x:String}', '456', 'UNKNOWN_QUERY_PARAMETER', 500],
  ["SELECT throwIf(1, 'boom')", '395', 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO', 500],
  [
    'SELECT groupArray(number) FROM numbers(100000000) SETTINGS max_memory_usage = 10000000',
    '241',
    'MEMORY_LIMIT_EXCEEDED',
    500,
  ],
  ["INSERT INTO t FROM INFILE '/etc/hostname' FORMAT CSV", '1', 'UNSUPPORTED_METHOD', 500],
  ["SELECT 1 INTO OUTFILE '/tmp/x'", '358', 'INTO_OUTFILE_NOT_ALLOWED', 500],
  ['KILL QUERY WHERE 1', '48', 'NOT_IMPLEMENTED', 501],
])('%s fails with %s %s, status %i', async (query, code, type, status) => {
  await expect(client.command({ query })).rejects.toMatchObject({ code, type })
  const response = await post(query)
  expect(response.status).toBe(status)
  expect(response.headers.get('x-clickhouse-exception-code')).toBe(code)
  const text = await response.text()
  expect(text).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: [^]*\\(${type}\\) \\(version 26\\.[\\d.]+\\)\\n$`))
  expect(text.match(/DB::Exception/g)).toHaveLength(1)
})

test('a setting, a database and a session that are not there are errors', async () => {
  const failing = (clickhouse_settings: Record<string, string>) =>
    client.command({ query: 'SELECT 1', clickhouse_settings })
  await expect(failing({ no_such_setting: '1' })).rejects.toMatchObject({ code: '115', type: 'UNKNOWN_SETTING' })
  await expect(failing({ max_threads: 'many' })).rejects.toMatchObject({ type: expect.stringMatching(/^CANNOT_PARSE/) })
  const elsewhere = server.client({ database: 'not_there' })
  await expect(elsewhere.command({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '81', type: 'UNKNOWN_DATABASE' })
  await expect(client.command({ query: 'SELECT 1', session_id: 'me' })).rejects.toMatchObject({
    code: '48',
    message: expect.stringContaining('Sessions are not supported'),
  })
})
