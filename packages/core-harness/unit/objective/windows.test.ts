import { expect, test } from '@jest/globals'

import { judgeObjective } from '../../src/objective/judge.ts'
import { breachedFor, objectivesAtRisk, reasonToAbort } from '../../src/objective/live.ts'
import type { Objective } from '../../src/objective/objective.ts'
import type { WorkloadResult } from '../../src/workload/result.ts'
import { DEFAULTS, evidenceOf, objectiveWith, sampleWorkload } from './sample-evidence.ts'
import type { SampleSecond } from './sample-evidence.ts'

const P50 = { kind: 'latency', clock: 'response', percentile: 50 } as const
const FAST: SampleSecond = { responsesMs: [1, 1, 1, 1] }
const SLOW: SampleSecond = { responsesMs: [50, 50, 50, 50] }

function judge(objective: Objective, workload: WorkloadResult) {
  return judgeObjective('cache.load.mixed#it', objective, evidenceOf(workload), DEFAULTS)
}

test('the worst window decides where the whole run looks well', () => {
  const workload = sampleWorkload([FAST, FAST, FAST, SLOW, SLOW, FAST, FAST])
  const objective = objectiveWith({ metric: P50 })
  expect(judge(objective, workload).verdict).toBe('pass')
  expect(judge({ ...objective, windowSeconds: 2 }, workload)).toMatchObject({
    verdict: 'fail',
    worstWindowAtSecond: 3,
    samples: 8,
  })
  expect(judge({ ...objective, windowSeconds: 5 }, workload).verdict).toBe('pass')
})

test('windows are merged, and not averaged', () => {
  const objective = objectiveWith({ metric: { ...P50, percentile: 80 }, windowSeconds: 2 })
  // The p80 of both seconds together is 1; the mean of their own is above 10.
  const rare = sampleWorkload([{ responsesMs: [50] }, { responsesMs: [1, 1, 1, 1] }])
  expect(judge(objective, rare)).toMatchObject({ verdict: 'pass', samples: 5 })
})

test('the worst window of success and of throughput is the lowest', () => {
  const workload = sampleWorkload([FAST, { responsesMs: [1], failed: 3 }, FAST])
  const inSeconds = { windowSeconds: 1 }
  expect(judge(objectiveWith({ metric: { kind: 'success' }, ...inSeconds }), workload)).toMatchObject({
    value: 0.25,
    worstWindowAtSecond: 1,
  })
  expect(judge(objectiveWith({ metric: { kind: 'throughput' }, ...inSeconds }), workload).value).toBe(1)
})

test('a rate is not judged in the part of a second that is left over, and latency is', () => {
  const workload = sampleWorkload([FAST, FAST, { responsesMs: [50] }], { durationMs: 2_200 })
  const throughput = objectiveWith({ metric: { kind: 'throughput' }, baseline: 4, windowSeconds: 1 })
  expect(judge(throughput, workload)).toMatchObject({ verdict: 'pass', value: 4 })
  const latency = objectiveWith({ metric: { ...P50, percentile: 100 }, windowSeconds: 1 })
  expect(judge(latency, workload)).toMatchObject({ verdict: 'fail', worstWindowAtSecond: 1 })
})

test('a workload shorter than the window is one window', () => {
  expect(judge(objectiveWith({ metric: P50, windowSeconds: 10 }), sampleWorkload([FAST, FAST]))).toMatchObject({
    verdict: 'pass',
    samples: 8,
    worstWindowAtSecond: 0,
  })
  const short = sampleWorkload([FAST], { durationMs: 500 })
  const throughput = objectiveWith({ metric: { kind: 'throughput' }, windowSeconds: 10 })
  expect(judge(throughput, short).value).toBe(8)
})

test('a window with too few samples clears nothing, and excuses nothing', () => {
  const objective = objectiveWith({ metric: P50, windowSeconds: 1, minimumSamples: 4 })
  const thin = judge(objective, sampleWorkload([FAST, { responsesMs: [1] }, FAST]))
  expect(thin).toMatchObject({ verdict: 'no-data', value: null, samples: 1 })
  expect(thin.explanation).toContain('1 of 3 windows of 1 s have fewer than 4 samples')
  expect(judge(objective, sampleWorkload([FAST, {}, FAST])).verdict).toBe('no-data')
  expect(judge(objective, sampleWorkload([FAST, {}, SLOW])).verdict).toBe('fail')
})

test('operations in flight at the end count in the last window', () => {
  const workload = sampleWorkload([FAST, FAST, FAST], { inFlight: 5 })
  expect(judge(objectiveWith({ metric: P50, windowSeconds: 1 }), workload)).toMatchObject({
    value: 'unbounded',
    worstWindowAtSecond: 2,
    samples: 9,
  })
})

test('counts the seconds on end that end with the last', () => {
  const objective = objectiveWith({ metric: P50, abortAfterSeconds: 3 })
  const breached = (...seconds: SampleSecond[]) => breachedFor(objective, sampleWorkload(seconds).windows)
  expect(breached()).toBe(0)
  expect(breached(SLOW, FAST)).toBe(0)
  expect(breached(FAST, SLOW, SLOW)).toBe(2)
  expect(breached(SLOW, {}, SLOW)).toBe(1)
  expect(breached(FAST, { failed: 4 }, { dropped: 4 })).toBe(2)
})

test('with windows each second is judged with those before it', () => {
  const objective = objectiveWith({ metric: { ...P50, percentile: 100 }, windowSeconds: 2 })
  expect(breachedFor(objective, sampleWorkload([SLOW]).windows)).toBe(0)
  expect(breachedFor(objective, sampleWorkload([FAST, SLOW, FAST]).windows)).toBe(2)
})

test('asks to abort only for an objective that wants it, and has been missed for long enough', () => {
  const objective = objectiveWith({ metric: P50, statement: 'half are fast', abortAfterSeconds: 2 })
  const { windows } = sampleWorkload([FAST, SLOW, SLOW])
  expect(reasonToAbort({ 'a.b.c#p50': objective }, windows)).toBe(
    'a.b.c#p50 has missed its critical threshold (<= 10) for 2 seconds on end: half are fast',
  )
  expect(reasonToAbort({ p50: { ...objective, abortAfterSeconds: 3 } }, windows)).toBeUndefined()
  expect(reasonToAbort({ p50: objectiveWith({ metric: P50 }) }, windows)).toBeUndefined()
  expect(reasonToAbort({ p50: { ...objective, critical: 60 } }, windows)).toBeUndefined()
})

test('an objective is at risk when its last second misses the baseline', () => {
  const objective = objectiveWith({ metric: P50, critical: 100 })
  expect(objectivesAtRisk({ p50: objective }, sampleWorkload([FAST, SLOW]).windows)).toEqual(['p50'])
  expect(objectivesAtRisk({ p50: objective }, sampleWorkload([SLOW, FAST]).windows)).toEqual([])
})

test('a workload that an objective ended has missed it, though the run as a whole looks well', () => {
  const objective = objectiveWith({ metric: P50, abortAfterSeconds: 2 })
  const seconds = [FAST, FAST, FAST, FAST, SLOW, SLOW]
  const aborted = { atMs: 6_000, why: 'something' }
  expect(judge(objective, sampleWorkload(seconds)).verdict).toBe('pass')
  const result = judge(objective, sampleWorkload(seconds, { aborted }))
  expect(result).toMatchObject({ verdict: 'fail', severity: 'CRITICAL' })
  expect(result.explanation).toContain('missed for 2 seconds on end, which ended the workload')
})

test('a workload whose end names the objective has missed it, whatever its seconds came to in the end', () => {
  const objective = objectiveWith({ metric: P50, abortAfterSeconds: 2 })
  const why = String(reasonToAbort({ 'cache.load.mixed#it': objective }, sampleWorkload([SLOW, SLOW]).windows))
  expect(judge(objective, sampleWorkload([FAST], { aborted: { atMs: 1, why } })).verdict).toBe('fail')
  const other = why.replace('#it', '#item')
  expect(judge(objective, sampleWorkload([FAST], { aborted: { atMs: 1, why: other } })).verdict).toBe('pass')
})

test('seconds that miss are counted on end, and not together', () => {
  const objective = objectiveWith({ metric: P50, abortAfterSeconds: 2 })
  const aborted = { atMs: 6_000, why: 'another objective' }
  expect(judge(objective, sampleWorkload([SLOW, FAST, SLOW, FAST, FAST, FAST], { aborted })).verdict).toBe('pass')
})
