import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { constantRate } from '../../src/workload/constant-rate.ts'
import { linearRamp } from '../../src/workload/linear-ramp.ts'
import type { Pacer } from '../../src/workload/pacer.ts'
import { poisson } from '../../src/workload/poisson.ts'
import { shardOfPacer } from '../../src/workload/shard.ts'
import { spike } from '../../src/workload/spike.ts'
import { steps } from '../../src/workload/steps.ts'
import { trace } from '../../src/workload/trace.ts'

// Of integers, because doubles are drawn by their bits and most of them are next to zero.
const rate = fc.integer({ min: 50, max: 500_000 }).map((hundredths) => hundredths / 100)
const durationMs = fc.integer({ min: 1_000, max: 600_000 }).map((tenths) => tenths / 10)
const moment = fc.integer({ min: 0, max: 1_000 }).map((thousandths) => thousandths / 1_000)

/** The due times of all operations, as a generator that is asked in order gets them. */
function schedule(pacer: Pacer): number[] {
  const due: number[] = []
  for (let wait = pacer.wait(0, 0); wait !== 'end'; wait = pacer.wait(0, due.length)) due.push(wait)
  return due
}

/** An operation k is due when the integral of the rate reaches k: before t so many are due. */
function expectIntegral(pacer: Pacer, atMs: number, integral: number): void {
  const dueBefore = schedule(pacer).filter((due) => due < atMs).length
  // One more or less, where rounding decides on which side of the moment an operation is.
  expect(Math.abs(dueBefore - Math.ceil(integral))).toBeLessThanOrEqual(
    Math.abs(integral - Math.round(integral)) < 1e-6 ? 1 : 0,
  )
}

test('constant rate: before t, rate × t operations are due', () => {
  fc.assert(
    fc.property(rate, durationMs, moment, (ratePerSecond, duration, share) => {
      const pacer = constantRate({ ratePerSecond: ratePerSecond / 10, durationMs: duration })
      expectIntegral(pacer, share * duration, (ratePerSecond / 10) * ((share * duration) / 1_000))
    }),
    { numRuns: 50 },
  )
})

test('constant rate: operation k is due at k / rate, and 300/s for 10 s are 3,000', () => {
  const pacer = constantRate({ ratePerSecond: 300, durationMs: 10_000 })
  expect(pacer.planned).toBe(3_000)
  expect(pacer.wait(0, 0)).toBe(0)
  expect(pacer.wait(0, 150)).toBeCloseTo(500, 9)
  expect(pacer.wait(0, 3_000)).toBe('end')
})

test('linear ramp: before t, r₀·t + (r₁ − r₀)·t² / 2D operations are due', () => {
  fc.assert(
    fc.property(rate, rate, durationMs, moment, (from, to, duration, share) => {
      const pacer = linearRamp({ fromPerSecond: from / 10, toPerSecond: to / 10, durationMs: duration })
      const [t, whole] = [(share * duration) / 1_000, duration / 1_000]
      expectIntegral(pacer, share * duration, (from / 10) * t + (((to - from) / 10) * t * t) / (2 * whole))
    }),
    { numRuns: 50 },
  )
})

test('linear ramp: it is a straight line and no staircase', () => {
  const gaps = schedule(linearRamp({ fromPerSecond: 0, toPerSecond: 200, durationMs: 10_000 }))
    .map((due, index, all) => due - (all[index - 1] ?? 0))
    .slice(1)
  expect(gaps.length).toBe(999)
  for (const [index, gap] of gaps.slice(1).entries()) expect(gap).toBeLessThan(gaps[index] as number)
})

test('steps and spike: each stretch has its own rate', () => {
  const counts = (pacer: Pacer, bounds: readonly number[]): number[] => {
    const due = schedule(pacer)
    return bounds.slice(1).map((to, index) => due.filter((at) => at >= (bounds[index] as number) && at < to).length)
  }
  const stepped = steps([
    { ratePerSecond: 100, durationMs: 2_000 },
    { ratePerSecond: 300, durationMs: 1_000 },
  ])
  expect(counts(stepped, [0, 2_000, 3_000])).toEqual([200, 300])
  const spiked = spike({ basePerSecond: 10, peakPerSecond: 1_000, beforeMs: 3_000, peakMs: 500, afterMs: 2_000 })
  expect(counts(spiked, [0, 3_000, 3_500, 5_500])).toEqual([30, 500, 20])
  expect([stepped.durationMs, spiked.durationMs]).toEqual([3_000, 5_500])
})

test('Poisson: gaps are exponential, and the same for the same seed', () => {
  const settings = { ratePerSecond: 2_000, durationMs: 10_000 }
  const due = schedule(poisson({ ...settings, seed: 7 }))
  expect(schedule(poisson({ ...settings, seed: 7 }))).toEqual(due)
  expect(schedule(poisson({ ...settings, seed: 8 }))).not.toEqual(due)
  const gaps = due.map((at, index) => at - (due[index - 1] ?? 0))
  // Of n gaps, F(x) = 1 − e^(−x/mean) are at most x: the greatest distance is below 1.95 / √n in 999 of 1,000 samples
  // (Kolmogorov). The seed is fixed, so that it always is.
  const sorted = gaps.toSorted((a, b) => a - b)
  const distance = Math.max(
    ...sorted.map((gap, index) => Math.abs((index + 1) / sorted.length - (1 - Math.exp(-gap / 0.5)))),
  )
  expect(distance).toBeLessThan(1.95 / Math.sqrt(sorted.length))
})

test('Poisson: going back gives the same due times', () => {
  const pacer = poisson({ ratePerSecond: 100, durationMs: 1_000, seed: 3 })
  const forward = schedule(pacer)
  const backward = forward.map((_, index) => pacer.wait(0, forward.length - 1 - index)).toReversed()
  expect(backward).toEqual(forward)
})

test('a due time does not depend on when it is asked for', () => {
  const pacer = linearRamp({ fromPerSecond: 5, toPerSecond: 50, durationMs: 10_000 })
  fc.assert(
    fc.property(fc.nat(pacer.planned - 1), fc.integer({ min: 0, max: 20_000 }), (operation, elapsedMs) => {
      expect(elapsedMs + Number(pacer.wait(elapsedMs, operation))).toBeCloseTo(Number(pacer.wait(0, operation)), 6)
    }),
  )
})

test('shards together have exactly the schedule of the whole', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 200 }), (of, ratePerSecond) => {
      const whole = poisson({ ratePerSecond, durationMs: 2_000, seed: 11 })
      const shards = Array.from({ length: of }, (_, index) =>
        shardOfPacer(poisson({ ratePerSecond, durationMs: 2_000, seed: 11 }), { index, of }),
      )
      expect(shards.flatMap(schedule).toSorted((a, b) => a - b)).toEqual(schedule(whole))
      expect(shards.map(({ planned }) => planned)).toEqual(shards.map((shard) => schedule(shard).length))
    }),
    { numRuns: 30 },
  )
})

test.each([
  ['zero', { ratePerSecond: 0, durationMs: 1_000 }, /a rate is 0|number of operations is 0/],
  ['a negative rate', { ratePerSecond: -1, durationMs: 1_000 }, /a rate is -1/],
  ['no number', { ratePerSecond: NaN, durationMs: 1_000 }, /a rate is NaN/],
  ['an infinite rate', { ratePerSecond: Infinity, durationMs: 1_000 }, /a rate is Infinity/],
  ['no duration', { ratePerSecond: 1, durationMs: 0 }, /a duration is 0/],
])('%s is refused', (_, settings, message) => {
  expect(() => constantRate(settings)).toThrow(message)
  expect(() => poisson({ ...settings, seed: 1 })).toThrow(message)
})

test('a trace is read from CSV and from JSON Lines, and a mistake is told with its line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trace-'))
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  try {
    const expected = [0, 12.5, 12.5, 40]
    expect(schedule(trace(file('a.csv', 'due_ms,path\n0,/a\n12.5,/b\n12.5,/c\n40,/d\n')))).toEqual(expected)
    expect(schedule(trace(file('a.jsonl', expected.map((atMs) => JSON.stringify({ atMs })).join('\n'))))).toEqual(
      expected,
    )
    expect(() => trace(file('b.csv', '0\nsoon\n'))).toThrow(/line 2: it begins with no number/)
    expect(() => trace(file('c.csv', '0\n5\n4\n'))).toThrow(/line 3: 4 comes after 5/)
    expect(() => trace(file('d.jsonl', '{"atMs":1}\n{"atMs":\n'))).toThrow(/line 2: it begins with no number/)
    expect(() => trace(file('e.csv', 'due_ms\n'))).toThrow(/it holds no arrival/)
    expect(() => trace(join(folder, 'missing'))).toThrow(/reading the trace .*ENOENT/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a pacer says what it is', () => {
  expect(String(constantRate({ ratePerSecond: 500, durationMs: 10_000 }))).toBe('constant rate of 500/s for 10 s')
  expect(String(linearRamp({ fromPerSecond: 1, toPerSecond: 9, durationMs: 500 }))).toBe(
    'ramp from 1/s to 9/s over 500 ms',
  )
})
