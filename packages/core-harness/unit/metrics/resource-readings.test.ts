import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { expect, test } from '@jest/globals'

import { figuresOfRedis, postgresProbe } from '../../src/metrics/dependency-probes.ts'
import { eventLoopProbe, figuresOfStats } from '../../src/metrics/event-loop-probe.ts'
import { figuresOfContainer } from '../../src/metrics/resource-container.ts'
import { CpuOfTree, figuresFromProc, processesFromPs, treeFromPs } from '../../src/metrics/resource-process-tree.ts'

const STAT =
  '4242 (a) b (c)) S 1 4242 4242 0 -1 4194560 100 0 0 0 1234 66 0 0 20 0 11 0 998877 1000000 2000 18446744073709551615 1 1'

test('reads /proc, whatever the name of a process', () => {
  expect(figuresFromProc(4242, STAT, 'Name:\ta) b (c)\nVmRSS:\t    2048 kB\nThreads:\t11\n')).toEqual({
    id: 4242,
    startedAt: '998877',
    cpuSeconds: 13,
    rssBytes: 2_097_152,
  })
})

test('a process that only waits for its parent has ended', () => {
  expect(figuresFromProc(4242, STAT.replace(' S ', ' Z '), 'Name:\tx\n')).toBeUndefined()
})

test('reads ps of Linux and of macOS, and walks to all descendants', () => {
  const processes = processesFromPs(
    ['    1     0  1000 01:02:03', '   20     1  2000 1-00:00:01', '   30    20  3000   0:01.50', 'no process'].join(
      '\n',
    ),
  )
  expect(processes.map(({ cpuSeconds }) => cpuSeconds)).toEqual([3_723, 86_401, 1.5])
  expect(treeFromPs(processes, 20).map(({ id, rssBytes }) => [id, rssBytes])).toEqual([
    [20, 2_048_000],
    [30, 3_072_000],
  ])
  expect(treeFromPs(processes, 99)).toEqual([])
})

test('the CPU time of a tree never falls, when processes end, begin, or take the id of another', () => {
  const tree = new CpuOfTree()
  const one = (id: number, cpuSeconds: number, startedAt = 'a') => ({ id, cpuSeconds, startedAt, rssBytes: 0 })
  expect(tree.add([one(1, 10), one(2, 100)])).toBe(0)
  expect(tree.add([one(1, 11), one(2, 103)])).toBe(4)
  expect(tree.add([one(1, 12)])).toBe(5)
  expect(tree.add([one(1, 12), one(3, 2)])).toBe(7)
  expect(tree.add([one(1, 12), one(3, 1, 'b')])).toBe(8)
})

test('counts the memory of a container without what the kernel can drop', () => {
  const cpu_stats = { cpu_usage: { total_usage: 2_500_000_000 } }
  const v2 = { cpu_stats, memory_stats: { usage: 1_000, stats: { inactive_file: 300 } } }
  expect(figuresOfContainer(v2)).toEqual({ cpuSeconds: 2.5, memoryBytes: 700 })
  const v1 = { cpu_stats, memory_stats: { usage: 1_000, stats: { inactive_file: 1, total_inactive_file: 400 } } }
  expect(figuresOfContainer(v1).memoryBytes).toBe(600)
  expect(figuresOfContainer({ cpu_stats: {}, memory_stats: {} }).memoryBytes).toBeUndefined()
})

test('reads INFO of Redis', () => {
  const info =
    '# Clients\r\nconnected_clients:7\r\n# Memory\r\nused_memory:1048576\r\n# Stats\r\nkeyspace_hits:90\r\nkeyspace_misses:10\r\nevicted_keys:3\r\n'
  expect(figuresOfRedis(info)).toEqual([
    { metric: 'connections', unit: 'count', value: 7 },
    { metric: 'used-memory', unit: 'bytes', value: 1_048_576 },
    { metric: 'hits', unit: 'per-second', value: 90, cumulative: true },
    { metric: 'misses', unit: 'per-second', value: 10, cumulative: true },
    { metric: 'evictions', unit: 'per-second', value: 3, cumulative: true },
  ])
  expect(() => figuresOfRedis('redis_version:8')).toThrow('no connected_clients')
})

test('reads the counts of PostgreSQL, which come as texts', async () => {
  const row = { numbackends: 4, xact_commit: '100', xact_rollback: '1', blks_hit: '9', blks_read: '2' }
  const figures = await postgresProbe(() => Promise.resolve({ rows: [row] }))()
  expect(figures.map(({ metric, value }) => [metric, value])).toEqual([
    ['connections', 4],
    ['commits', 100],
    ['rollbacks', 1],
    ['blocks-hit', 9],
    ['blocks-read', 2],
  ])
  await expect(postgresProbe(() => Promise.resolve({ rows: [] }))()).rejects.toThrow('no numbackends')
})

const STATS = { rssBytes: 1_024, cpuCores: 0.5, eventLoopDelayMs: { p50: 0.1, p99: 12.5, max: 40, count: 9 } }

test('reads the delay of the event loop from a service', async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.headers.authorization === 'Bearer secret' ? 200 : 401
    response.end(JSON.stringify(STATS))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    expect(await eventLoopProbe(url, { token: 'secret' })()).toEqual([
      { metric: 'event-loop-delay-p99', unit: 'ms', value: 12.5 },
      { metric: 'event-loop-delay-max', unit: 'ms', value: 40 },
    ])
    await expect(eventLoopProbe(url)()).rejects.toThrow('answered with 401')
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('gives memory and CPU of a service whose process cannot be seen, and refuses what is no /stats', () => {
  expect(figuresOfStats(STATS, true).map(({ metric, value }) => [metric, value])).toContainEqual(['rss', 1_024])
  expect(() => figuresOfStats({ eventLoopDelayMs: null }, false)).toThrow('/stats has no number eventLoopDelayMs.p99')
  expect(() => figuresOfStats('no', false)).toThrow('/stats has no number')
})
