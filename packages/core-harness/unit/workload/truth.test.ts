/**
 * What a user waits is what is reported. The service of these tests stalls once for 1.4 s, as in the experiment that comes
 * with wrk2 (Tene); how long its users wait can be calculated, and every reported percentile has to be that.
 */
import { expect, test } from '@jest/globals'

import { TimeDistribution } from '../../src/metrics/time-distribution.ts'
import { constantRate } from '../../src/workload/constant-rate.ts'
import { constantUsers } from '../../src/workload/user-plan.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { runVirtually } from './virtual-run.ts'

const PERCENTILES = [50, 75, 90, 95, 99, 99.5, 99.9]
const RATE_PER_SECOND = 1_000
const DURATION_MS = 20_000
const STALL = { fromMs: 5_000, lengthMs: 1_400 }
const arrival = constantRate({ ratePerSecond: RATE_PER_SECOND, durationMs: DURATION_MS })

/** The percentiles that are off by more than 1 % and more than 1 ms. */
function offPercentiles(encoded: string, truthMs: (percentile: number) => number): number[] {
  const reported = TimeDistribution.of(encoded)
  return PERCENTILES.filter((percentile) => {
    const [is, truth] = [reported.percentileMs(percentile) ?? NaN, truthMs(percentile)]
    return !(Math.abs(is - truth) <= Math.max(1, truth * 0.01))
  })
}

/** A service with any number of workers: each answer takes from 2 to 12 ms, spread evenly, and none is begun in the stall. */
const FASTEST_MS = 2
const SLOWEST_MS = 12

async function answer(clock: VirtualClock, index: number): Promise<void> {
  const stallEndsMs = STALL.fromMs + STALL.lengthMs
  if (clock.now() >= STALL.fromMs && clock.now() < stallEndsMs) await clock.until(stallEndsMs)
  // The golden ratio spreads them more evenly than chance does.
  await clock.sleep(FASTEST_MS + (SLOWEST_MS - FASTEST_MS) * ((index * 0.618_033_988_749_895) % 1))
}

/**
 * With F the share of answers within x, and H its integral, the share of users that wait at most x is
 * ((D − S)·F(x) + H(x) − H(x − S)) / D: those outside of the stall, and those within it, who wait for its end too.
 */
function stalledTruthMs(percentile: number): number {
  const spread = SLOWEST_MS - FASTEST_MS
  const share = (x: number): number => Math.min(1, Math.max(0, (x - FASTEST_MS) / spread))
  const integral = (x: number): number => {
    if (x <= FASTEST_MS) return 0
    return x <= SLOWEST_MS ? (x - FASTEST_MS) ** 2 / (2 * spread) : x - (FASTEST_MS + SLOWEST_MS) / 2
  }
  const waitAtMost = (x: number): number =>
    ((DURATION_MS - STALL.lengthMs) * share(x) + integral(x) - integral(x - STALL.lengthMs)) / DURATION_MS
  let [low, high] = [0, STALL.lengthMs + SLOWEST_MS]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (waitAtMost(middle) < percentile / 100) low = middle
    else high = middle
  }
  return high
}

/** A service that takes one request after the other, each for half the time between two: a queue builds up in the stall. */
function oneAtATime(clock: VirtualClock) {
  const serviceMs = 500 / RATE_PER_SECOND
  let freeAtMs = 0
  return async (sent: () => void): Promise<void> => {
    const stallEndsMs = STALL.fromMs + STALL.lengthMs
    let beginsMs = Math.max(clock.now(), freeAtMs)
    if (beginsMs >= STALL.fromMs && beginsMs < stallEndsMs) beginsMs = stallEndsMs
    freeAtMs = beginsMs + serviceMs
    if (beginsMs > clock.now()) await clock.until(beginsMs)
    sent()
    await clock.sleep(serviceMs)
  }
}

/** The queue is shortened by half of a second in each second: whoever comes u after its beginning waits S − u/2. */
function queuedTruthMs(percentile: number): number {
  const queuedShare = (2 * STALL.lengthMs) / DURATION_MS
  const longer = 1 - percentile / 100
  return 0.5 + Math.max(0, STALL.lengthMs * (1 - longer / queuedShare))
}

test('an open workload reports what users wait when the service stalls', async () => {
  const result = await runVirtually({ arrival, maxConcurrency: 5_000 }, ({ index }, clock) => answer(clock, index))
  expect(result.completed).toBe(20_000)
  expect(offPercentiles(result.response, stalledTruthMs)).toEqual([])
})

test('a closed workload does not: it asks no questions while the service stalls (coordinated omission)', async () => {
  const users = constantUsers({ users: 10, durationMs: DURATION_MS })
  const result = await runVirtually({ arrival: users, thinkTimeMs: 3 }, ({ index }, clock) => answer(clock, index))
  expect(Math.abs(result.achievedPerSecond - RATE_PER_SECOND)).toBeLessThan(100)
  expect(offPercentiles(result.response, stalledTruthMs)).toEqual([95, 99, 99.5, 99.9])
})

test('the check catches the naive clock, which begins when a request is sent', async () => {
  let ask: ReturnType<typeof oneAtATime> | undefined
  const result = await runVirtually({ arrival, maxConcurrency: 5_000 }, ({ measure }, clock) => {
    ask ??= oneAtATime(clock)
    let sentMs = NaN
    return ask(() => (sentMs = clock.now())).then(() => measure('from sent', clock.now() - sentMs))
  })
  expect(offPercentiles(result.response, queuedTruthMs)).toEqual([])
  expect(offPercentiles(result.measures['from sent'] ?? '', queuedTruthMs)).toEqual([90, 95, 99, 99.5, 99.9])
})

test('a generator that stalls itself blames no one: it tells how late it was, and that it cannot be judged by', async () => {
  const result = await runVirtually({ arrival, maxConcurrency: 5_000 }, async ({ index }, clock) => {
    if (index === 5_000) clock.block(STALL.lengthMs)
    await clock.sleep(2)
  })
  // The share 7 % was late by up to 1.4 s, and waited as long.
  const late = (percentile: number): number => Math.max(0, STALL.lengthMs * (1 - (1 - percentile / 100) / 0.07))
  expect(offPercentiles(result.lateness, late)).toEqual([])
  expect(offPercentiles(result.response, (percentile) => 2 + late(percentile))).toEqual([])
  expect(offPercentiles(result.service, (percentile) => 2 + late(percentile))).toEqual([95, 99, 99.5, 99.9])
  expect(result.problems.map(({ kind }) => kind)).toEqual(['generator-late'])
})
