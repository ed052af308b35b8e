import { expect, test } from '@jest/globals'
import { seededRandom } from '@proving-ground/core-harness/statistics/seeded-random'
import fc from 'fast-check'
import { draw, parseDistribution } from '../src/delivery/distribution.ts'
import { chooseFault, parseFault, parseFaultShares } from '../src/delivery/fault.ts'
import { Pace } from '../src/delivery/pace.ts'

test('a distribution is a number, or a lognormal with median and sigma', () => {
  expect(parseDistribution('200')).toEqual({ kind: 'constant', value: 200 })
  expect(parseDistribution('lognormal:200:0.5')).toEqual({ kind: 'lognormal', median: 200, sigma: 0.5 })
  for (const text of ['', '-1', 'lognormal:200', 'normal:1:1', '1e3', '1;2'])
    expect(parseDistribution(text)).toBeUndefined()
})

test('draws of a lognormal have its median and its spread, and are the same for the same seed', () => {
  const draws = (seed: number): number[] => {
    const random = seededRandom(seed)
    return Array.from({ length: 20_000 }, () => draw({ kind: 'lognormal', median: 200, sigma: 0.5 }, random))
  }
  const sorted = draws(1).sort((a, b) => a - b)
  expect(sorted[10_000]).toBeGreaterThan(195)
  expect(sorted[10_000]).toBeLessThan(205)
  // One standard deviation above the median: 84.13 % are below 200 × e^0.5 = 329.7.
  expect(sorted[16_826]).toBeGreaterThan(315)
  expect(sorted[16_826]).toBeLessThan(345)
  expect(draws(1).slice(0, 5)).toEqual(draws(1).slice(0, 5))
  expect(draws(1).slice(0, 5)).not.toEqual(draws(2).slice(0, 5))
})

test('faults are read as they are written, and nothing else is', () => {
  expect(parseFault('status=429; retry-after=2')).toEqual({ kind: 'status', status: 429, retryAfterSeconds: 2 })
  expect(parseFault('status=500')).toEqual({ kind: 'status', status: 500, retryAfterSeconds: undefined })
  expect(parseFault(' timeout ')).toEqual({ kind: 'timeout' })
  expect(parseFault('cut-after=0')).toEqual({ kind: 'cut', afterChunks: 0 })
  expect(parseFault('delay-ms=250')).toEqual({ kind: 'delay', delayMs: 250 })
  for (const text of [
    '',
    'status',
    'status=200',
    'status=429; retry=2',
    'timeout=1',
    'cut-after',
    'cut-after=x',
    'cut',
  ])
    expect([text, parseFault(text)]).toEqual([text, undefined])
})

test('shares are read, make at most the whole, and meet as many requests as they say', () => {
  const shares = parseFaultShares('0.05 status=429; retry-after=1 | 0.2 cut-after=3') ?? []
  expect(shares.map(({ share, fault }) => [share, fault.kind])).toEqual([
    [0.05, 'status'],
    [0.2, 'cut'],
  ])
  for (const text of ['0.6 timeout | 0.6 timeout', '0.1', 'x timeout', '0.1 nothing', '0.1 timeout |'])
    expect([text, parseFaultShares(text)]).toEqual([text, undefined])
  const random = seededRandom(3)
  const met = Array.from({ length: 10_000 }, () => chooseFault(shares, random())?.kind ?? 'none')
  expect(met.filter((kind) => kind === 'status').length / 10_000).toBeCloseTo(0.05, 1)
  expect(met.filter((kind) => kind === 'cut').length / 10_000).toBeCloseTo(0.2, 1)
  fc.assert(fc.property(fc.double({ min: 0.25, max: 1, noNaN: true }), (chance) => !chooseFault(shares, chance)))
})

test('tokens are due by the clock from the start, the first after the time to the first token', () => {
  const began = performance.now()
  const pace = new Pace(1_000, 100)
  const [first, eleventh] = [pace.msUntil(1), pace.msUntil(11)]
  const passedMs = performance.now() - began
  expect(first).toBeLessThanOrEqual(1_000)
  expect(first).toBeGreaterThanOrEqual(1_000 - passedMs)
  expect(eleventh).toBeLessThanOrEqual(1_100)
  expect(eleventh).toBeGreaterThanOrEqual(1_100 - passedMs)
  expect(new Pace(0, Infinity).msUntil(1_000)).toBe(0)
})
