import { expect, test } from '@jest/globals'

import { TimeHistogram } from '../../src/metrics/histogram.ts'
import { liveProgress, progressLine } from '../../src/workload/progress.ts'
import type { Snapshot } from '../../src/workload/runner.ts'

function snapshotOf(change: Partial<Snapshot> = {}): Snapshot {
  const histogram = new TimeHistogram()
  for (let time = 1; time <= 100; time++) histogram.record(time * 1_000)
  const response = histogram.encode()
  histogram.free()
  const counts = { planned: 1_010, completed: 1_000, failed: 0, dropped: 0, inFlight: 10 }
  const windows = [{ second: 0, tag: null, completed: 100, failed: 0, dropped: 0, response }]
  return { ...counts, elapsedMs: 2_000, durationMs: 60_000, plannedInAll: 30_000, windows, ...change }
}

test('a line says rate, times, errors, objectives at risk and the time left', () => {
  expect(progressLine('mixed', snapshotOf(), 500, [])).toBe('mixed  500/s  p50 50.0 ms  p99 99.0 ms  58 s left')
  const poor = snapshotOf({ failed: 3, dropped: 2, durationMs: undefined, windows: [] })
  expect(progressLine('mixed', poor, 0, ['a#p99', 'a#errors'])).toBe(
    'mixed  0/s  p50 –  p99 –  3 failed  2 dropped  at risk: a#p99, a#errors  28990 operations left',
  )
})

test('on a terminal the line is written anew each second, and erased at the end', () => {
  const written: string[] = []
  const progress = liveProgress('a\u001b[31m', { stream: { isTTY: true, write: (text) => written.push(text) } })
  progress.onProgress(snapshotOf())
  progress.onProgress(snapshotOf({ completed: 1_700 }))
  progress.end()
  expect(written.map((text) => text.split('  ')[1])).toEqual(['1000/s', '700/s', undefined])
  expect(written[0]?.startsWith('\r\u001b[2Ka [31m  1000/s')).toBe(true)
  expect(written[2]).toBe('\r\u001b[2K')
})

test('elsewhere it is quiet', () => {
  const written: string[] = []
  const progress = liveProgress('a', { stream: { write: (text) => written.push(text) } })
  progress.onProgress(snapshotOf())
  progress.end()
  expect(written).toEqual([])
})
