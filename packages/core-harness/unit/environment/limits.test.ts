import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createClient } from '@clickhouse/client'
import { Redis } from 'ioredis'
import { readFileSync } from 'node:fs'
import pg from 'pg'

import { ScratchWorkspace } from '../../bench/scratch/scratch-workspace.ts'

const MEBIBYTE = 1024 * 1024

let workspace: ScratchWorkspace

beforeEach(() => {
  workspace = new ScratchWorkspace()
})

afterEach(async () => {
  await workspace.dispose()
}, 30_000)

/** What the kernel enforces for the server's own process: the number of the soft limit. */
function limitOf(pattern: RegExp, name: string): number {
  const found = workspace.processes().find(({ command }) => pattern.test(command) && !command.includes('guard.sh'))
  const limits = readFileSync(`/proc/${found?.processId}/limits`, 'utf8')
  const [, value = ''] = new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(limits) ?? []
  return Number(value)
}

test('the configured limits are those that the kernel and the servers enforce', async () => {
  workspace.configure({
    dependencies: {
      redis: { limits: { memoryBytes: 20 * MEBIBYTE, openFiles: 500 } },
      postgres: { limits: { memoryBytes: 64 * MEBIBYTE, openFiles: 700 } },
    },
  })
  const holder = workspace.holder()
  const { url } = await holder.lease('redis')
  await holder.lease('postgres')
  expect(limitOf(/redis-server/, 'Max open files')).toBe(500)
  expect(limitOf(/redis-server/, 'Max core file size')).toBe(0)
  expect(limitOf(/bin\/postgres -D/, 'Max open files')).toBe(700)
  expect(limitOf(/bin\/postgres -D/, 'Max data size')).toBe(64 * MEBIBYTE)
  const redis = new Redis(url)
  expect(await redis.config('GET', 'maxmemory')).toEqual(['maxmemory', String(20 * MEBIBYTE)])
  const filling = async (): Promise<void> => {
    for (let key = 0; key < 30; key++) await redis.set(`k${key}`, 'x'.repeat(MEBIBYTE))
  }
  await expect(filling()).rejects.toThrow(/OOM command not allowed when used memory > 'maxmemory'/)
  await redis.quit()
}, 60_000)

test('PostgreSQL refuses what its memory does not hold, and goes on', async () => {
  workspace.configure({ dependencies: { postgres: { limits: { memoryBytes: 48 * MEBIBYTE } } } })
  const { url } = await workspace.holder().lease('postgres')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const greedy = client.query(`SELECT length(string_agg(repeat('x', 1000), '')) FROM generate_series(1, 200000)`)
  await expect(greedy).rejects.toMatchObject({ code: '53200', message: 'out of memory' })
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await client.end()
}, 60_000)

test('ClickHouse refuses what its memory does not hold, and goes on', async () => {
  workspace.configure({ dependencies: { clickhouse: { limits: { memoryBytes: 700 * MEBIBYTE } } } })
  const { url } = await workspace.holder().lease('clickhouse')
  const client = createClient({ url, log: { level: 127 } })
  const greedy = client.query({
    query: 'SELECT groupArray(toString(number)) FROM numbers(100000000)',
    format: 'JSONEachRow',
  })
  await expect(greedy.then((answer) => answer.text())).rejects.toThrow(/memory limit|MEMORY_LIMIT_EXCEEDED/i)
  expect(await (await client.query({ query: 'SELECT 1 AS one', format: 'JSONEachRow' })).json()).toEqual([{ one: 1 }])
  await client.close()
}, 60_000)
