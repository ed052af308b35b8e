import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { bootstrapMeanInterval, standardDeviation, studentMeanInterval } from '../../src/statistics/bootstrap.ts'
import { normalValues } from './simulated.ts'

const TRUTH = 5

/** How often an interval holds the mean that the values were drawn with. */
function coverage(interval: (values: number[], round: number) => { low: number; high: number }, size: number): number {
  const rounds = 500
  let held = 0
  for (let round = 0; round < rounds; round++) {
    const { low, high } = interval(
      normalValues(round * 977 + 3, size).map((value) => TRUTH + value),
      round,
    )
    if (low <= TRUTH && TRUTH <= high) held += 1
  }
  return held / rounds
}

// The standard error of a coverage of 0.95 in 500 rounds is 0.01.
test.each([10, 20])('the bootstrap interval of %d values holds the truth in 95 %%', (size) => {
  const held = coverage((values, seed) => bootstrapMeanInterval(values, { resamples: 500, seed }), size)
  expect(held).toBeGreaterThan(0.91)
  expect(held).toBeLessThan(0.985)
})

test("Student's interval of five values holds the truth in 99 %", () => {
  const held = coverage((values) => studentMeanInterval(values, 0.99), 5)
  expect(held).toBeGreaterThan(0.975)
  expect(held).toBeLessThan(1)
})

test('the same seed gives the same interval, which lies within the values', () => {
  const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 12 })
  fc.assert(
    fc.property(values, fc.nat(), (sample, seed) => {
      const once = bootstrapMeanInterval(sample, { resamples: 200, seed })
      expect(bootstrapMeanInterval(sample, { resamples: 200, seed })).toEqual(once)
      expect(once.low).toBeLessThanOrEqual(once.high)
      expect(once.low).toBeGreaterThanOrEqual(Math.min(...sample) - 1e-9)
      expect(once.high).toBeLessThanOrEqual(Math.max(...sample) + 1e-9)
    }),
    { numRuns: 50 },
  )
})

test('one value says nothing', () => {
  expect(bootstrapMeanInterval([1])).toEqual({ low: -Infinity, high: Infinity })
  expect(studentMeanInterval([1], 0.95)).toEqual({ low: -Infinity, high: Infinity })
})

test('the standard deviation is that of a sample', () => {
  expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.13809, 5)
})
