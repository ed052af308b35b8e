import { expect, test } from '@jest/globals'

import { abbaSchedule, decideComparison, pairMetrics } from '../../src/run/compare-decision.ts'
import type { PairedMetric } from '../../src/run/compare-decision.ts'
import { normalValues } from '../statistics/simulated.ts'

/** A metric whose ratio is `ratio`, with noise of this standard deviation between the two of a pair. */
function noisy(seed: number, pairs: number, ratio: number, deviation: number, id = 'p99'): PairedMetric {
  const noise = normalValues(seed, pairs)
  return {
    id,
    unit: 'ms',
    better: 'lower',
    pairs: noise.map((value) => [10, 10 * ratio * Math.exp(deviation * value)]),
  }
}

function verdictOf(metric: PairedMetric, options = {}) {
  return decideComparison([metric], options)[0]?.verdict
}

test.each([
  ['slower', 'lower', 1.1],
  ['faster', 'lower', 0.9],
  ['same', 'lower', 1.01],
  ['faster', 'higher', 1.1],
  ['slower', 'higher', 0.9],
] as const)('is %s when %s is better and the ratio is %d', (verdict, better, ratio) => {
  expect(verdictOf({ ...noisy(1, 10, ratio, 0.005), better })).toBe(verdict)
})

test('is unclear when the noise is too great, and says how many pairs it would take', () => {
  const [comparison] = decideComparison([noisy(5, 10, 1.1, 0.3)])
  expect(comparison?.verdict).toBe('unclear')
  expect(comparison?.pairsNeeded).toBeGreaterThan(50)
})

test('a sure change below the minimum effect is no change', () => {
  expect(verdictOf(noisy(2, 10, 1.03, 0.001))).toBe('same')
  expect(verdictOf(noisy(2, 10, 1.03, 0.001), { minimumEffect: 0.02 })).toBe('slower')
})

test('fewer than five pairs decide nothing', () => {
  expect(verdictOf(noisy(3, 4, 1.5, 0.001))).toBe('unclear')
  expect(verdictOf(noisy(3, 5, 1.5, 0.001))).toBe('slower')
})

test('gives the ratio and its interval', () => {
  const [comparison] = decideComparison([noisy(4, 10, 1.1, 0.01)])
  expect(comparison?.ratio).toBeCloseTo(1.1, 1)
  expect(comparison?.interval.low).toBeLessThan(comparison?.ratio ?? 0)
  expect(comparison?.interval.high).toBeGreaterThan(comparison?.ratio ?? Infinity)
})

// At most 5 of 500 are expected; 12 or more have a chance of one in two hundred at the very limit.
test.each([0.02, 0.05, 0.2])(
  'of twenty metrics without a change hardly one is called, at a noise of %d',
  (deviation) => {
    let alarms = 0
    for (let round = 0; round < 500; round++) {
      const metrics = Array.from({ length: 20 }, (_, index) => noisy(round * 100 + index, 6, 1, deviation, `m${index}`))
      if (alarmIn(metrics)) alarms += 1
    }
    expect(alarms).toBeLessThan(12)
  },
)

function alarmIn(metrics: readonly PairedMetric[]): boolean {
  return decideComparison(metrics, { resamples: 100 }).some(
    ({ verdict }) => verdict === 'slower' || verdict === 'faster',
  )
}

test('pairs what both versions measured, and names what has no ratio', () => {
  const metric = (id: string, value: number | null) => ({
    id,
    value,
    unit: 'ms',
    better: 'lower' as const,
    verdict: '',
  })
  const { paired, leftOut } = pairMetrics([
    { base: [metric('a', 1), metric('b', 1), metric('c', 0)], candidate: [metric('a', 2), metric('c', 1)] },
    {
      base: [metric('a', 3), metric('b', 1), metric('c', 1)],
      candidate: [metric('a', 4), metric('b', null), metric('c', 1)],
    },
  ])
  expect(paired.map(({ id, pairs }) => [id, pairs])).toEqual([
    [
      'a',
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ])
  expect(leftOut).toEqual(['b', 'c'])
})

test('goes ABBA, so that an even drift falls on both', () => {
  const sides = abbaSchedule(4).flat()
  expect(sides.map((side) => side[0]).join('')).toBe('bccbbccb')
  const drift = (side: string) => sides.reduce((sum, one, at) => sum + (one === side ? at : 0), 0)
  expect(drift('base')).toBe(drift('candidate'))
})
