import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { TimeHistogram } from '../../src/metrics/histogram.ts'
import { TimeDistribution } from '../../src/metrics/time-distribution.ts'

function encoded(microseconds: readonly number[]): string {
  const histogram = new TimeHistogram()
  for (const value of microseconds) histogram.record(value)
  const text = histogram.encode()
  histogram.free()
  return text
}

/** Up to a minute, so that values of all sizes come. */
const times = fc.array(fc.integer({ min: 1, max: 60_000_000 }), { minLength: 1, maxLength: 300 })
const percentile = fc.integer({ min: 1, max: 100_000 }).map((thousandths) => thousandths / 1_000)

test('a percentile is the value of the nearest rank, to three digits', () => {
  fc.assert(
    fc.property(times, percentile, (values, percent) => {
      const sorted = values.toSorted((a, b) => a - b)
      const rank = Math.max(1, Math.ceil(Number(((percent / 100) * sorted.length).toFixed(6))))
      const exactMs = (sorted[rank - 1] as number) / 1_000
      const foundMs = TimeDistribution.of(encoded(values)).percentileMs(percent) as number
      // A bucket is a thousandth of its value wide, and never narrower than a microsecond.
      expect(Math.abs(foundMs - exactMs)).toBeLessThanOrEqual(exactMs / 1_000 + 0.001)
    }),
  )
})

test('what was encoded in parts is what was recorded as a whole, bucket for bucket', () => {
  fc.assert(
    fc.property(times, times, (some, others) => {
      const whole = TimeDistribution.of(encoded([...some, ...others]))
      expect(TimeDistribution.of(encoded(some), encoded(others)).bucketsMs).toEqual(whole.bucketsMs)
      const added = new TimeHistogram()
      added.addEncoded(encoded(some))
      added.addEncoded(encoded(others))
      expect(TimeDistribution.of(added.encode()).bucketsMs).toEqual(whole.bucketsMs)
      added.free()
    }),
  )
})

test('what was never answered ranks above all that was', () => {
  const ten = TimeDistribution.of(encoded(Array.from({ length: 10 }, () => 5_000)))
  expect(ten.percentileMs(90, 0)).toBeCloseTo(5, 2)
  expect(ten.percentileMs(50, 10)).toBeCloseTo(5, 2)
  expect(ten.percentileMs(51, 10)).toBe(Infinity)
  expect(TimeDistribution.of('').percentileMs(50, 1)).toBe(Infinity)
})

test('nothing has no percentile, no mean and no buckets', () => {
  const nothing = TimeDistribution.of('')
  expect([nothing.count, nothing.percentileMs(50), nothing.meanMs, nothing.bucketsMs]).toEqual([
    0,
    undefined,
    undefined,
    [],
  ])
})

test('times are kept within a microsecond and an hour', () => {
  const [least, , most] = TimeDistribution.of(encoded([-5, 1_000, 1e15])).bucketsMs
  expect(least?.[0]).toBe(0)
  expect(most?.[0]).toBeCloseTo(3_600_000, -4)
})

test('a text that is no histogram is an error', () => {
  expect(() => TimeDistribution.of('bm8gaGlzdG9ncmFt')).toThrow()
})
