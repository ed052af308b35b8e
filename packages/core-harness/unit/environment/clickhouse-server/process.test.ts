import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { readCommandLine } from '../../../src/environment/clickhouse-server/command-line.ts'
import { isRunning, MAIN, ServerProcess, startServer, until } from './running-server.ts'

const directory = mkdtempSync(join(tmpdir(), 'clickhouse-process-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const run = (args: string[], main?: string) => new ServerProcess(main === undefined ? { args } : { args, main })

test('says once and in JSON that it is ready, listens on the loopback only, and ends on SIGTERM with its data kept', async () => {
  const args = ['--port', '0', '--path', join(directory, 'kept')]
  const first = run(args)
  const { port, version, ready } = await first.ready()
  expect({ ready, version }).toEqual({ ready: true, version: expect.stringMatching(/^26\.\d+/) })
  const url = `http://127.0.0.1:${port}`
  const post = async (target: string, body: string) => (await fetch(target, { method: 'POST', body })).text()
  await post(url, 'CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a')
  await post(url, 'INSERT INTO kept VALUES (7)')
  first.child.kill('SIGTERM')
  expect(await first.exit).toBe(0)
  expect(first.stdout.split('\n')).toEqual([expect.stringContaining('"ready":true'), ''])
  expect(first.stderr).toBe('')

  const second = run(args)
  const again = await second.ready()
  expect(await post(`http://127.0.0.1:${again.port}`, 'SELECT * FROM kept')).toBe('7\n')
  second.child.kill('SIGTERM')
  expect(await second.exit).toBe(0)
})

test('lets running statements end before it does', async () => {
  const server = await startServer()
  const client = server.client()
  const slow = client.query({ query: "SELECT sleep(0.6), 'done' d", format: 'JSONEachRow' })
  await until('the statement runs', () => isRunning(server.client(), 'sleep'))
  const stopped = server.process.exit
  server.process.child.kill('SIGTERM')
  expect(await (await slow).json()).toEqual([{ 'sleep(0.6)': 0, d: 'done' }])
  expect(await stopped).toBe(0)
  await server.stop()
})

test('ends with its stdin when told to, and only then', async () => {
  const bound = run(['--port', '0', '--path', join(directory, 'bound'), '--exit-with-stdin'])
  const free = run(['--port', '0', '--path', join(directory, 'free')])
  const { port } = await free.ready()
  await bound.ready()
  free.child.stdin?.end()
  bound.child.stdin?.end()
  expect(await bound.exit).toBe(0)
  expect(await (await fetch(`http://127.0.0.1:${port}/ping`)).text()).toBe('Ok.\n')
  free.child.kill('SIGTERM')
  expect(await free.exit).toBe(0)
})

test('lets in only whom the environment names', async () => {
  const password = 'correct horse: battery'
  const server = await startServer({ env: { CLICKHOUSE_USER: 'ann', CLICKHOUSE_PASSWORD: password } })
  try {
    const asked = (username: string, secret: string) =>
      server.client({ username, password: secret }).query({ query: 'SELECT 1' })
    await asked('ann', password)
    for (const [username, secret] of [
      ['ann', 'wrong'],
      ['ben', password],
      ['default', ''],
    ] as const) {
      await expect(asked(username, secret)).rejects.toMatchObject({ code: '516', type: 'AUTHENTICATION_FAILED' })
    }
    const status = async (search: string, headers: Record<string, string> = {}) =>
      (await fetch(`${server.url}/?query=SELECT+1${search}`, { headers })).status
    expect(await status('')).toBe(403)
    expect(await status('', { 'x-clickhouse-user': 'ann', 'x-clickhouse-key': password })).toBe(200)
    expect(await status('', { 'x-clickhouse-user': 'ann', 'x-clickhouse-key': 'wrong' })).toBe(403)
    expect(await status(`&user=ann&password=${encodeURIComponent(password)}`)).toBe(200)
    expect(await (await fetch(`${server.url}/ping`)).text()).toBe('Ok.\n')
  } finally {
    await server.stop()
  }
  expect(server.process.stdout + server.process.stderr).not.toContain('battery')
})

test('holds the whole engine to --max-memory-bytes', async () => {
  const server = await startServer({ args: ['--max-memory-bytes', '600000000'] })
  try {
    const greedy = server.client().command({ query: 'SELECT groupArray(number) FROM numbers(200000000)' })
    await expect(greedy).rejects.toMatchObject({ code: '241', type: 'MEMORY_LIMIT_EXCEEDED' })
    await server.client().command({ query: 'SELECT 1' })
  } finally {
    await server.stop()
  }
})

test('without chdb it ends with 3 and one line that says what to install', async () => {
  const elsewhere = join(directory, 'without-chdb')
  cpSync(dirname(MAIN), elsewhere, { recursive: true })
  const server = run(['--port', '0', '--path', join(directory, 'none')], join(elsewhere, 'main.ts'))
  expect(await server.exit).toBe(3)
  expect(server.stdout).toBe('')
  expect(server.stderr).toMatch(/^[^\n]*npm install chdb@\d[^\n]*\n$/)
})

test.each([
  [['--path', '/tmp/x'], '--port is missing'],
  [['--port', 'http', '--path', '/tmp/x'], '--port is "http"'],
  [['--port', '70000', '--path', '/tmp/x'], '--port is "70000"'],
  [['--port', '0'], '--path DIR is missing'],
  [['--port', '0', '--path', '/tmp/x', '--max-memory-bytes', '0'], '--max-memory-bytes is "0"'],
  [['--prot', '0'], '--prot'],
])('the command line %j is refused', (args, reason) => {
  expect(() => readCommandLine(args)).toThrow(expect.objectContaining({ message: expect.stringContaining(reason) }))
})

test('a wrong command line ends it with 2 and the usage', async () => {
  const server = run(['--port', '0'])
  expect(await server.exit).toBe(2)
  expect(server.stderr).toMatch(/^--path DIR is missing[^\n]*\nusage: /)
})

test('a port in use and a directory in use are errors that say so', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const port = String((other.address() as AddressInfo).port)
  const onPort = run(['--port', port, '--path', join(directory, 'port')])
  expect(await onPort.exit).toBe(1)
  expect(onPort.stderr).toMatch(new RegExp(`^clickhouse-server: cannot listen on 127\\.0\\.0\\.1:${port}[^\\n]*\\n$`))
  other.close()

  const args = ['--port', '0', '--path', join(directory, 'shared')]
  const owner = run(args)
  await owner.ready()
  const intruder = run(args)
  expect(await intruder.exit).toBe(1)
  expect(intruder.stderr).toContain('clickhouse-server: the engine cannot open ')
  owner.child.kill('SIGTERM')
  expect(await owner.exit).toBe(0)
})
