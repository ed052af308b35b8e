import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { seededRandom } from '../../src/statistics/seeded-random.ts'
import { theilSenSlope } from '../../src/statistics/theil-sen.ts'

test('finds the slope of a line, whatever the order of its points', () => {
  const finite = fc.double({ min: -100, max: 100, noNaN: true })
  fc.assert(
    fc.property(
      finite,
      finite,
      fc.uniqueArray(fc.integer({ min: 0, max: 1_000 }), { minLength: 2 }),
      (slope, at, xs) => {
        const points = xs.map((x) => [x, slope * x + at] as const)
        expect(theilSenSlope(points)).toBeCloseTo(slope, 6)
      },
    ),
  )
})

test('is not moved by a quarter of wild points', () => {
  const random = seededRandom(7)
  const points = Array.from({ length: 200 }, (_, x) => {
    const noise = random() - 0.5
    return [x, random() < 0.25 ? 1e6 * random() : 3 * x + noise] as const
  })
  expect(theilSenSlope(points)).toBeGreaterThan(2.9)
  expect(theilSenSlope(points)).toBeLessThan(3.6)
})

test('of very many points it takes some, and the first and the last', () => {
  const points = Array.from({ length: 20_001 }, (_, x) => [x, 2 * x] as const)
  expect(theilSenSlope(points)).toBeCloseTo(2)
})

test('what does not grow has no slope', () => {
  expect(theilSenSlope([])).toBe(0)
  expect(theilSenSlope([[1, 5]])).toBe(0)
  expect(
    theilSenSlope([
      [1, 5],
      [1, 9],
    ]),
  ).toBe(0)
  expect(
    theilSenSlope([
      [1, 5],
      [2, 5],
      [3, 5],
    ]),
  ).toBe(0)
})
