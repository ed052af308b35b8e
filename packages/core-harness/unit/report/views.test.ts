import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { TimeHistogram } from '../../src/metrics/histogram.ts'
import { TimeDistribution } from '../../src/metrics/time-distribution.ts'
import { bulletView } from '../../src/report/html/objective-view.ts'
import { resourceViews } from '../../src/report/html/resource-view.ts'
import { percentilesView, timelineView } from '../../src/report/html/workload-view.ts'
import type { Objective } from '../../src/objective/objective.ts'
import { objectiveResult } from './sample-records.ts'
import { sampleResource, sampleWorkload } from './sample-workload.ts'

const objective = (more: Partial<Objective>): Objective => objectiveResult('a.b.c#x', 'pass', 1, more).objective

const zoneAt = ({ zones, value }: ReturnType<typeof bulletView>) =>
  zones.findLast(({ from, to }) => value !== null && value >= from && value <= to)?.kind

test('a value lies in the zone that it deserves', () => {
  const latency = objective({})
  expect(zoneAt(bulletView(latency, 'ms', 4))).toBe('good')
  expect(zoneAt(bulletView(latency, 'ms', 30))).toBe('degraded')
  expect(zoneAt(bulletView(latency, 'ms', 60))).toBe('bad')
  const rate = objective({ comparison: '>', baseline: 0.8, warning: 0.6, critical: 0.4 })
  expect(zoneAt(bulletView(rate, 'share', 0.93))).toBe('good')
  expect(zoneAt(bulletView(rate, 'share', 0.5))).toBe('degraded')
  expect(zoneAt(bulletView(rate, 'share', 0.1))).toBe('bad')
})

test('what lies far outside is at the end of the bar, and marked', () => {
  expect(bulletView(objective({}), 'ms', 5_000)).toMatchObject({ value: 1, isBeyond: true })
  expect(bulletView(objective({}), 'ms', 'unbounded')).toMatchObject({ value: 1, isBeyond: true })
  expect(bulletView(objective({}), 'ms', null)).toMatchObject({ value: null, isBeyond: false })
  const rate = objective({ comparison: '>=', baseline: 0.9999, warning: 0.999, critical: 0.99 })
  expect(bulletView(rate, 'share', 0.2)).toMatchObject({ value: 0, isBeyond: true })
})

test('a bar is whole and in order, whatever the thresholds are', () => {
  const numbers = fc.double({ min: -1e6, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(numbers, { minLength: 3, maxLength: 3 }),
      numbers,
      fc.boolean(),
      (thresholds, value, isHigher) => {
        const ordered = thresholds.toSorted((a, b) => (isHigher ? b - a : a - b))
        const [baseline = 0, warning = 0, critical = 0] = ordered
        const comparison = isHigher ? '>' : '<'
        const view = bulletView(objective({ comparison, baseline, warning, critical }), 'count', value)
        expect(view.zones.at(0)?.from).toBe(0)
        expect(view.zones.at(-1)?.to).toBe(1)
        view.zones.forEach(({ from }, index) => expect(from).toBe(index === 0 ? 0 : view.zones[index - 1]?.to))
        for (const at of [...view.marks.map((mark) => mark.at), view.value ?? 0]) {
          expect(at).toBeGreaterThanOrEqual(0)
          expect(at).toBeLessThanOrEqual(1)
        }
      },
    ),
  )
})

test('the curve of percentiles is that of the histogram, and ends where operations were never answered', () => {
  const stall = { from: 2, to: 4, addedMs: 500, failed: 10 }
  const workload = sampleWorkload({ name: 'w', seconds: 10, ratePerSecond: 200, medianMs: 2, stall })
  const { x, response, note } = percentilesView(workload)
  expect(x[0]).toBe(2)
  expect(x.at(-1)).toBeLessThanOrEqual(2_000)
  const times = TimeDistribution.of(workload.response)
  x.forEach((one, index) => {
    const expected = times.percentileMs(100 * (1 - 1 / one), 20)
    if (expected === Infinity) expect(response[index]).toBeNull()
    else expect(response[index]).toBeCloseTo(expected as number, 1)
  })
  expect(response.at(-1)).toBeNull()
  expect(note).toBe('20 of 2,000 operations were never answered, so that there is no value above p99.')
})

test('a workload in which nothing was due draws nothing', () => {
  const workload = sampleWorkload({ name: 'w', seconds: 0, ratePerSecond: 0, medianMs: 2 })
  expect(percentilesView(workload)).toMatchObject({ x: [], note: 'No operation was due.' })
  expect(timelineView([]).x).toEqual([])
})

test('a long run is drawn with few points, and no operation is lost on the way', () => {
  const { windows } = sampleWorkload({ name: 'w', seconds: 700, ratePerSecond: 5, medianMs: 2 })
  const view = timelineView(windows)
  expect(view.secondsEach).toBe(4)
  expect(view.x).toHaveLength(175)
  const total = view.completedPerSecond.reduce<number>((sum, rate) => sum + (rate ?? 0) * view.secondsEach, 0)
  expect(total).toBeCloseTo(3_500)
})

test('percentiles of joined seconds are those of all of their operations, not a mean', () => {
  const window = (second: number, ...timesMs: number[]) => {
    const histogram = new TimeHistogram()
    timesMs.forEach((ms) => histogram.record(1_000 * ms))
    const response = histogram.encode()
    histogram.free()
    return { second, tag: null, completed: timesMs.length, failed: 0, dropped: 1, response }
  }
  const windows = [window(0, ...Array.from({ length: 99 }, () => 1)), window(1, 1_000), window(359)]
  const { secondsEach, p50Ms, p99Ms, lostPerSecond } = timelineView(windows)
  expect(secondsEach).toBe(2)
  expect([p50Ms[0], p99Ms[0], lostPerSecond[0]]).toEqual([1, 1, 1])
  // Seconds without any operation are gaps in times, and zero in rates.
  expect([p50Ms[50], p50Ms[179], lostPerSecond[179]]).toEqual([null, null, 0.5])
})

test('a peak of a resource stays a peak, however long the run was', () => {
  const series = sampleResource('cache-1', 'rss', 'bytes', 3_600, 20 * 2 ** 20)
  const samples = series.samples.map(([at, value], index) => [at, index === 1_801 ? 3 * value : value] as const)
  const peak = Math.max(...samples.map(([, value]) => value))
  const [view] = resourceViews([{ ...series, samples, peak }, sampleResource('redis', 'cpu', 'cores', 5, 0.4)])
  expect(view?.x.length).toBeLessThanOrEqual(151)
  expect(view).toMatchObject({ metric: 'rss', unit: 'MiB' })
  expect(Math.max(...(view?.lines[0]?.values ?? []).map((value) => value ?? 0))).toBeCloseTo(peak / 2 ** 20, 1)
})

test('what is watched for one figure is drawn in one chart', () => {
  const views = resourceViews([
    sampleResource('cache-1', 'cpu', 'cores', 5, 0.4),
    sampleResource('cache-2', 'cpu', 'cores', 5, 0.4),
    sampleResource('redis', 'connections', 'count', 5, 4),
  ])
  expect(views.map(({ metric, lines }) => [metric, ...lines.map(({ of }) => of)])).toEqual([
    ['cpu', 'cache-1', 'cache-2'],
    ['connections', 'redis'],
  ])
})
