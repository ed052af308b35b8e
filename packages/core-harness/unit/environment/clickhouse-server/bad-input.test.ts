import { connect } from 'node:net'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { startServer, until, type RunningServer } from './running-server.ts'

let server: RunningServer

beforeAll(async () => {
  server = await startServer()
  await server.client().command({ query: 'CREATE TABLE t (a UInt32, b String) ENGINE = MergeTree ORDER BY a' })
})
afterAll(() => server.stop())

afterEach(async () => {
  expect(await (await fetch(`${server.url}/?query=SELECT+1`)).text()).toBe('1\n')
  expect(server.process.stderr).toBe('')
})

interface Refusal {
  status: number
  body: string
}

async function post(
  search: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Refusal> {
  const response = await fetch(`${server.url}/${search}`, { method: 'POST', body, headers })
  return { status: response.status, body: await response.text() }
}

function code(n: number, type: string): unknown {
  return expect.stringMatching(new RegExp(`^Code: ${n}\\. DB::Exception: [^]*\\(${type}\\) \\(version 26`))
}

/** What comes back for bytes that no HTTP client would send. */
function raw(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (text) => (answer += text)).on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}

const INSERT = '?query=INSERT+INTO+t+FORMAT+JSONEachRow'

test('garbage instead of HTTP', async () => {
  expect(await raw('garbage\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*Code: 36\. DB::Exception/)
})

test('headers beyond measure', async () => {
  const huge = `GET /ping HTTP/1.1\r\nHost: x\r\nX-Huge: ${'x'.repeat(2_000_000)}\r\n\r\n`
  expect(await raw(huge)).toMatch(/^HTTP\/1\.1 431 [^]*Code: 36\. DB::Exception/)
})

test('a URL that cannot be read', async () => {
  const request = (target: string) => raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  expect(await request('//[')).toMatch(/^HTTP\/1\.1 400 /)
  expect(await request('/?query=%E0%A4%A')).toMatch(/^HTTP\/1\.1 \d{3} /)
})

test('a path and a method that are not there', async () => {
  expect((await fetch(`${server.url}/nowhere`)).status).toBe(404)
  expect((await fetch(server.url, { method: 'DELETE' })).status).toBe(404)
})

test.each([
  ['gzip that is none', 'gzip', Buffer.from('plain text'), 354, 'ZLIB_INFLATE_FAILED'],
  [
    'gzip that ends early',
    'gzip',
    gzipSync('{"a":1,"b":"x"}\n'.repeat(1000)).subarray(0, 60),
    354,
    'ZLIB_INFLATE_FAILED',
  ],
  ['zstd that is none', 'zstd', Buffer.from('plain text'), 271, 'CANNOT_DECOMPRESS'],
  ['an encoding that nobody knows', 'rot13', Buffer.from('cynva'), 89, 'UNKNOWN_COMPRESSION_METHOD'],
])('%s', async (_what, encoding, body, n, type) => {
  const refusal = await post(INSERT, new Uint8Array(body), { 'content-encoding': encoding })
  expect(refusal.body).toEqual(code(n, type))
})

test('formats that nobody knows, of a result and of rows', async () => {
  expect(await post('?default_format=Nope', 'SELECT 1')).toEqual({ status: 404, body: code(73, 'UNKNOWN_FORMAT') })
  expect((await post('?query=INSERT+INTO+t+FORMAT+Nope', 'x')).body).toEqual(code(73, 'UNKNOWN_FORMAT'))
})

test.each([
  ['?buffer_size=lots', 36, 'BAD_ARGUMENTS'],
  ['?param_%27=1', 36, 'BAD_ARGUMENTS'],
  ["?a'%20%3D%201%3B=1", 115, 'UNKNOWN_SETTING'],
  ['?compress=1', 48, 'NOT_IMPLEMENTED'],
  ['?role=admin', 48, 'NOT_IMPLEMENTED'],
  ['?param_x=notanumber', 457, 'BAD_QUERY_PARAMETER'],
])('the parameters %s', async (search, n, type) => {
  expect((await post(search, 'SELECT {x:UInt8}')).body).toEqual(code(n, type))
})

test.each([
  ['nothing at all', ''],
  ['a comment only', '-- SELECT 1'],
  ['a string without end', "SELECT 'abc"],
  ['brackets without end', `SELECT ${'('.repeat(5000)}`],
  ['bytes', '\u0000\u0001\uFFFD\uFFFD'],
  ['an INSERT without a table', 'INSERT INTO'],
  ['a megabyte of nonsense', 'x '.repeat(600_000)],
])('SQL that is %s', async (_what, sql) => {
  expect((await post('', sql)).body).toMatch(/^Code: \d+\. DB::Exception: [^]*\([A-Z_]+\) \(version 26/)
})

test('forms that are none, and external data', async () => {
  const form = new FormData()
  form.set('query', 'SELECT * FROM ext')
  form.set('ext', new Blob(['1\n']), 'ext')
  const response = await fetch(server.url, { method: 'POST', body: form })
  expect(await response.text()).toEqual(code(48, 'NOT_IMPLEMENTED'))
  const broken = await post('', 'no form', { 'content-type': 'multipart/form-data; boundary=b' })
  expect(broken.body).toEqual(code(36, 'BAD_ARGUMENTS'))
})

test('an upload that is aborted inserts nothing and leaves nothing behind', async () => {
  const row = '{"a":1,"b":"aborted"}\n'
  const head = `POST /${INSERT} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n`
  const spooled = () => readdirSync(join(server.directory, 'http_spool')).length
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.write(head + row.repeat(200_000))
  await until('the upload has begun', async () => spooled() === 1)
  socket.destroy()
  await until('the file of the upload is gone', async () => spooled() === 0)
  expect((await post('', "SELECT count() FROM t WHERE b = 'aborted'")).body).toBe('0\n')
})

test('a client that reads its refusal only after a large upload', async () => {
  const refusal = await post('?query=INSERT+INTO+nowhere+FORMAT+CSV', 'x,y\n'.repeat(5_000_000))
  expect(refusal).toEqual({ status: 404, body: code(60, 'UNKNOWN_TABLE') })
  const early = await post('?session_id=1', 'x,y\n'.repeat(5_000_000))
  expect(early).toEqual({ status: 501, body: code(48, 'NOT_IMPLEMENTED') })
})
