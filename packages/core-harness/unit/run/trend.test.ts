import { expect, test } from '@jest/globals'

import { RunHistory } from '../../src/run/history.ts'
import type { SuiteRun } from '../../src/run/history-metrics.ts'
import { drawChart, sparkline } from '../../src/run/trend-chart.ts'
import { trendInFull, trendRows } from '../../src/run/trend-text.ts'
import { trendsOf } from '../../src/run/trend.ts'
import type { Trend } from '../../src/run/trend.ts'
import { sampleRun, withFile } from './sample-history.ts'

async function trendOver(runs: readonly SuiteRun[], last?: number): Promise<Trend> {
  let trends: Trend[] = []
  await withFile('history.db', (file) => {
    const history = RunHistory.open(file)
    history.add(runs)
    trends = trendsOf(history.values({ suite: 'cache:l4' }), last === undefined ? {} : { last })
    history.close()
  })
  expect(trends).toHaveLength(1)
  return trends[0] as Trend
}

const asCells = (rows: readonly (readonly string[])[]) => rows.map((row) => row.join(' '))

function steps(...levels: readonly (readonly [count: number, value: number])[]): SuiteRun[] {
  return levels
    .flatMap(([count, value]) => Array.from({ length: count }, (_, index) => value + (index % 3) * 0.1))
    .map((value, index) => sampleRun(index, [{ value }]))
}

test('finds a change that has ten runs on each side', async () => {
  const trend = await trendOver(steps([12, 10], [12, 15]))
  expect(trend.changes.map(({ index }) => index)).toEqual([12])
  expect(trendInFull(trend, asCells).join('\n')).toMatch(
    /median 10\.1 ms → 15\.1 ms \(\+49\.5 %\), worse; p = 0\.005\./,
  )
})

test('says how many runs are missing before it can find one', async () => {
  const trend = await trendOver(steps([9, 10], [9, 15]))
  expect(trend).toMatchObject({ changes: [], missingRuns: 2 })
  expect(trendInFull(trend, asCells).at(-1)).toContain('10 runs on each side, and 2 runs are missing')
})

test('compares only runs of the same machine, provider, mode and adapter as the latest', async () => {
  const others = (['machine', 'provider', 'adapter'] as const).map((name, index) =>
    sampleRun(index, [{ value: 99 }], { [name]: 'other' }),
  )
  const full = sampleRun(3, [{ value: 99 }], { mode: 'full' })
  const trend = await trendOver([...others, full, sampleRun(4, [{ value: 1 }]), sampleRun(5, [{ value: 2 }])])
  expect(trend.values.map(({ value }) => value)).toEqual([1, 2])
  expect(trend.otherRuns).toBe(4)
  expect(trendInFull(trend, asCells).join('\n')).toContain('4 runs of another machine')
})

test('a run without a value is counted, and not drawn', async () => {
  const trend = await trendOver([
    sampleRun(0, [{ value: 1 }]),
    sampleRun(1, [{ value: null }]),
    sampleRun(2, [{ value: 2 }]),
  ])
  expect(trend.values.map(({ value }) => value)).toEqual([1, 2])
  expect(trend.withoutValue).toBe(1)
})

test('takes the last runs', async () => {
  expect((await trendOver(steps([5, 1], [2, 2]), 2)).values.map(({ value }) => value)).toEqual([2, 2.1])
})

test('a table has a line for each metric', async () => {
  const [, cells] = trendRows([await trendOver(steps([3, 10]))])
  expect(cells).toEqual(['cache.load.mixed#p99', '3', '10.2 ms', '10.1 ms', '0', '▁▅█'])
})

test('draws the greatest at the top, and a bar where the series changed', () => {
  expect(drawChart([1, 1, 3, 3], { changes: [2], rows: 3 })).toEqual(['3 ┤  ●●', '2 ┤  │', '1 ┤●●│'])
  expect(drawChart([], {})).toEqual([])
  expect(drawChart([5], { rows: 2 })).toHaveLength(2)
})

test('more values than columns share a column', () => {
  const lines = drawChart(
    Array.from({ length: 200 }, (_, index) => index),
    { columns: 50, rows: 4 },
  )
  expect(Math.max(...lines.map((line) => line.split('┤')[1]?.length ?? 0))).toBe(50)
})

test('a line of bars goes from the least to the greatest', () => {
  expect(sparkline([0, 4, 8])).toBe('▁▅█')
  expect(sparkline([2, 2])).toBe('▄▄')
})
