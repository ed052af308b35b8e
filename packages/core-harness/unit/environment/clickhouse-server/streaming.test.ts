import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { ClickHouseClient, DataFormat } from '@clickhouse/client'
import { isRunning, startServer, until, type RunningServer } from './running-server.ts'

let server: RunningServer
let client: ClickHouseClient

beforeAll(async () => {
  server = await startServer()
  client = server.client()
})
afterAll(() => server.stop())

/** Far more work than a test has time for. */
const ENDLESS = 'max(sipHash64(number)) FROM numbers(100000000000)'

test('delivers a result while the query is still running, and stops it when the client leaves', async () => {
  const query = 'SELECT number, toString(number) FROM numbers(1000000000) FORMAT JSONEachRow /* big */'
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${server.url}/?query=${encodeURIComponent(query)}`, resolve).once('error', reject)
  })
  const first = await new Promise<Buffer>((resolve) => response.once('data', resolve))
  expect(first.toString()).toMatch(/^\{"number":0,/)
  expect(await isRunning(client, 'big')).toBe(true)
  response.destroy()
  await until('the query is gone', async () => !(await isRunning(client, 'big')))
})

test('streams every row of a result much larger than a piece, in order', async () => {
  const result = await client.query({ query: 'SELECT number n FROM numbers(1000000)', format: 'JSONCompactEachRow' })
  let next = 0
  for await (const rows of result.stream()) {
    for (const row of rows) {
      if (row.text !== `["${next}"]` && row.text !== `[${next}]`) throw new Error(`row ${next} is ${row.text}`)
      next += 1
    }
  }
  expect(next).toBe(1_000_000)
})

test.each<[string, string, DataFormat]>([
  ['an aggregation', `SELECT ${ENDLESS}`, 'JSONEachRow'],
  ['a scalar subquery, which runs while the query is planned', `SELECT (SELECT ${ENDLESS})`, 'CSV'],
  ['a document', `SELECT ${ENDLESS}`, 'JSON'],
])('cancels %s when the client leaves, and answers others meanwhile', async (_what, text, format) => {
  const controller = new AbortController()
  const marker = `cancel_${_what.replaceAll(/\W/g, '_')}`
  const long = client.query({ query: `${text} /* ${marker} */`, format, abort_signal: controller.signal })
  const outcome = expect(long).rejects.toThrow('abort')
  await until('the query runs', () => isRunning(client, marker))
  expect(await client.ping()).toEqual({ success: true })
  expect(await (await client.query({ query: 'SELECT 1', format: 'TabSeparated' })).text()).toBe('1\n')
  controller.abort()
  await outcome
  await until('the query is gone', async () => !(await isRunning(client, marker)))
})

test('what changes data is not cancelled: it ends though the client has left', async () => {
  await client.command({ query: 'CREATE TABLE kept (a UInt64) ENGINE = MergeTree ORDER BY a' })
  const controller = new AbortController()
  const query = 'INSERT INTO kept SELECT number + sleepEachRow(0.01) FROM numbers(50) SETTINGS max_block_size = 10'
  const insert = client.command({ query, abort_signal: controller.signal })
  const outcome = expect(insert).rejects.toThrow('abort')
  await until('the insert runs', () => isRunning(client, 'INSERT INTO kept'))
  controller.abort()
  await outcome
  await until('the insert has ended', async () => !(await isRunning(client, 'INSERT INTO kept')))
  expect(await (await client.query({ query: 'SELECT count() FROM kept', format: 'TabSeparated' })).text()).toBe('50\n')
})

const FAILS_LATE = "SELECT throwIf(number = 3000000, 'late') FROM numbers(4000000)"

test('a failure after the first rows reaches the client as an error', async () => {
  const result = await client.query({ query: FAILS_LATE, format: 'JSONEachRow' })
  const readAll = async () => {
    let rows = 0
    for await (const batch of result.stream()) rows += batch.length
    return rows
  }
  // The client reads the message only if it comes in one piece of the network's making; it is an error either way.
  const error = await readAll().catch((reason: unknown) => reason)
  if (String(error).includes('error in the stream')) return
  expect(error).toMatchObject({ code: '395', type: 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO' })
})

test('a failure after the first rows is told in the body, which is then cut off: it never looks whole', async () => {
  const response = await fetch(server.url, { method: 'POST', body: `${FAILS_LATE} FORMAT TSV` })
  expect(response.status).toBe(200)
  const tag = response.headers.get('x-clickhouse-exception-tag')!
  let tail = ''
  const readAll = async () => {
    for await (const chunk of response.body!) tail = (tail + Buffer.from(chunk).toString('latin1')).slice(-2000)
  }
  await expect(readAll()).rejects.toThrow()
  const [, message, length] = new RegExp(
    `\\r\\n__exception__\\r\\n${tag}\\r\\n([^]*)\\n(\\d+) ${tag}\\r\\n__exception__\\r\\n$`,
  ).exec(tail)!
  expect(message).toMatch(/^Code: 395\. DB::Exception: late/)
  expect(Number(length)).toBe(message!.length + 1)
})

test('with wait_end_of_query a late failure has a status of its own', async () => {
  const response = await fetch(`${server.url}/?wait_end_of_query=1`, {
    method: 'POST',
    body: `${FAILS_LATE} FORMAT TSV`,
  })
  expect(response.status).toBe(500)
  expect(await response.text()).toMatch(/^Code: 395\. DB::Exception: late/)
})

test('more statements at once than it has places for all get their turn', async () => {
  const answers = await Promise.all(
    [...Array(50).keys()].map(async (n) => {
      const result = await client.query({ query: `SELECT sleep(0.1), ${n} n`, format: 'JSONEachRow' })
      return (await result.json<{ n: number }>())[0]?.n
    }),
  )
  expect(answers).toEqual([...Array(50).keys()])
})
