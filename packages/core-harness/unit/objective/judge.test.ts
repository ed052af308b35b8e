import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { judgeObjective, overallVerdict } from '../../src/objective/judge.ts'
import type { Evidence } from '../../src/objective/measurement.ts'
import type { Metric, Objective } from '../../src/objective/objective.ts'
import type { ObjectiveResult, Verdict } from '../../src/objective/verdict.ts'
import type { WorkloadResult } from '../../src/workload/result.ts'
import { DEFAULTS, encodeMs, evidenceOf, objectiveWith, sampleWorkload } from './sample-evidence.ts'
import type { SampleSecond } from './sample-evidence.ts'

const FINDING = { kind: 'finding', name: 'accuracy', unit: 'share' } as const
const P99 = { kind: 'latency', clock: 'response', percentile: 99 } as const

function judge(objective: Objective, evidence: Evidence): ObjectiveResult {
  return judgeObjective('cache.load.mixed#it', objective, evidence, DEFAULTS)
}

function judgeFinding(value: number, fields: Partial<Objective>): ObjectiveResult {
  return judge(objectiveWith({ metric: FINDING, ...fields }), { ...evidenceOf(), findings: { accuracy: value } })
}

test.each([
  ['<', 10, 'warn'],
  ['<', 9.999, 'pass'],
  ['<=', 10, 'pass'],
  ['<=', 10.001, 'warn'],
  ['>', 10, 'warn'],
  ['>', 10.001, 'pass'],
  ['>=', 10, 'pass'],
  ['>=', 9.999, 'warn'],
] as const)('at its baseline of %s 10 a value of %d is %s', (comparison, value, verdict) => {
  const loose = comparison.startsWith('<') ? 20 : 5
  expect(judgeFinding(value, { comparison, baseline: 10, warning: loose }).verdict).toBe(verdict)
})

test.each([
  [10, 'pass', 'INFO'],
  [10.1, 'warn', 'LOW'],
  [20, 'warn', 'LOW'],
  [20.1, 'warn', 'MEDIUM'],
  [30, 'warn', 'MEDIUM'],
  [30.1, 'fail', 'CRITICAL'],
] as const)('of thresholds 10, 20 and 30 a value of %d gives %s %s', (value, verdict, severity) => {
  expect(judgeFinding(value, { comparison: '<=', baseline: 10, warning: 20, critical: 30 })).toMatchObject({
    verdict,
    severity,
    value,
  })
})

test('thresholds that are left out are as strict as the one before', () => {
  expect(judgeFinding(11, { comparison: '<=', baseline: 10 }).verdict).toBe('fail')
  expect(judgeFinding(21, { comparison: '<=', baseline: 10, warning: 20 }).verdict).toBe('fail')
})

test('an objective takes segment and revenue from its guarantee, or its own', () => {
  expect(judgeFinding(1, {})).toMatchObject({ segment: 'All', protectedMonthlyRevenueUsd: 1_000 })
  const own = { segment: 'Enterprise', protectedMonthlyRevenueUsd: 5 } as const
  expect(judgeFinding(1, own)).toMatchObject(own)
})

const HUNDRED = Array.from({ length: 100 }, (_, index) => index + 1)
const BUSY = sampleWorkload([{ responsesMs: HUNDRED }], {
  measures: { inside: encodeMs([1, 2, 3, 4]) },
  counters: { hits: 30, stale: 5, misses: 10 },
})

test.each<[string, Metric, number, number]>([
  ['p50 of the response clock', { ...P99, percentile: 50 }, 50, 100],
  ['p99 of the service clock', { ...P99, clock: 'service' }, 99, 100],
  ['p100', { ...P99, percentile: 100 }, 100, 100],
  ['a measure', { kind: 'measure', name: 'inside', percentile: 75 }, 3, 4],
  ['a share', { kind: 'share', good: ['hits', 'stale'], bad: ['misses'] }, 35 / 45, 45],
  ['success', { kind: 'success' }, 1, 100],
  ['throughput', { kind: 'throughput' }, 100, 100],
])('measures %s', (_, metric, value, samples) => {
  const result = judge(objectiveWith({ metric }), evidenceOf(BUSY))
  expect(result.samples).toBe(samples)
  expect(Number(result.value) / value).toBeCloseTo(1, 2)
})

test.each(['start', 'peak', 'end', 'mean', 'growthPerMinute'] as const)('measures the %s of a resource', (figure) => {
  const figures = { start: 1, peak: 2, end: 3, mean: 4, growthPerMinute: 5 }
  const samples = [[0, 1] as const, [1_000, 2] as const]
  const resources = [{ of: 'cache-1', metric: 'rss', unit: 'bytes' as const, samples, ...figures }]
  const result = judge(objectiveWith({ metric: { kind: 'resource', of: 'cache-1', metric: 'rss', figure } }), {
    ...evidenceOf(BUSY),
    resources,
  })
  expect(result).toMatchObject({ value: figures[figure], samples: 2, unit: 'bytes' })
})

test.each([
  ['failed', { failed: 2 }, 0],
  ['dropped', { dropped: 2 }, 0],
  ['in flight', {}, 2],
])('operations that %s rank above all that were answered', (_, lost, inFlight) => {
  const workload = sampleWorkload([{ responsesMs: HUNDRED, ...lost }], { inFlight })
  expect(judge(objectiveWith({ metric: P99 }), evidenceOf(workload))).toMatchObject({
    value: 'unbounded',
    verdict: 'fail',
    samples: 102,
  })
  const success = objectiveWith({ metric: { kind: 'success' }, baseline: 100 / 102 })
  expect(judge(success, evidenceOf(workload))).toMatchObject({ value: 100 / 102, verdict: 'pass' })
})

test('the duration is that of a closed workload in which all was answered', () => {
  const objective = objectiveWith({ metric: { kind: 'duration' }, baseline: 30_000 })
  const closed = { kind: 'closed' } as const
  const judged = (second: SampleSecond, options: Partial<WorkloadResult> = closed) =>
    judge(objective, evidenceOf(sampleWorkload([second], options)))
  expect(judged({ responsesMs: [1] })).toMatchObject({ verdict: 'pass', value: 1_000, samples: 1, unit: 'ms' })
  expect(judged({ responsesMs: [1], failed: 1 })).toMatchObject({ verdict: 'fail', value: 'unbounded' })
  expect(judged({ responsesMs: [1] }, { ...closed, aborted: { atMs: 9, why: 'it' } }).verdict).toBe('fail')
  expect(judged({ failed: 1 }).verdict).toBe('no-data')
  expect(judged({ responsesMs: [1] }, { kind: 'open' }).verdict).toBe('no-data')
})

test('a tag is judged by its own operations', () => {
  const workload = sampleWorkload([{ responsesMs: HUNDRED }], { tag: 'write' })
  const objective = objectiveWith({ metric: P99, baseline: 200 })
  expect(judge({ ...objective, tag: 'write' }, evidenceOf(workload)).verdict).toBe('pass')
  expect(judge({ ...objective, tag: 'read' }, evidenceOf(workload))).toMatchObject({ verdict: 'no-data', value: null })
  expect(judge({ ...objective, tag: 'constructor' }, evidenceOf(workload)).verdict).toBe('no-data')
})

test.each<[string, Metric]>([
  ['latency', P99],
  ['measure', { kind: 'measure', name: 'inside', percentile: 50 }],
  ['share', { kind: 'share', good: ['hits'], bad: ['misses'] }],
  ['success', { kind: 'success' }],
  ['throughput', { kind: 'throughput' }],
  ['duration', { kind: 'duration' }],
  ['finding', FINDING],
  ['resource', { kind: 'resource', of: 'cache-1', metric: 'rss', figure: 'peak' }],
])('without a sample %s is never green, whatever its thresholds', (_, metric) => {
  fc.assert(
    fc.property(
      fc.constantFrom('<', '<=', '>', '>=' as const),
      fc.double({ noNaN: true }),
      fc.option(fc.integer({ min: -5, max: 0 }), { nil: undefined }),
      fc.option(fc.constant(2), { nil: undefined }),
      (comparison, baseline, minimumSamples, windowSeconds) => {
        const objective = objectiveWith({ metric, comparison, baseline })
        const asked = { ...objective, ...(minimumSamples === undefined ? {} : { minimumSamples }) }
        const evidence = {
          ...evidenceOf(sampleWorkload([{}, {}, {}])),
          findings: { accuracy: { value: 1, samples: 0 } },
        }
        const inWindows = windowSeconds === undefined ? asked : { ...asked, windowSeconds }
        expect(judge(inWindows, evidence)).toMatchObject({ verdict: 'no-data', severity: 'HIGH' })
      },
    ),
  )
})

test('too few samples, NaN and infinity are no data', () => {
  const objective = objectiveWith({ metric: P99, baseline: 1_000, minimumSamples: 101 })
  expect(judge(objective, evidenceOf(BUSY))).toMatchObject({ verdict: 'no-data', severity: 'HIGH', samples: 100 })
  expect(judge({ ...objective, minimumSamples: 100 }, evidenceOf(BUSY)).verdict).toBe('pass')
  expect(judgeFinding(NaN, {}).verdict).toBe('no-data')
  expect(judgeFinding(Infinity, { comparison: '>' }).verdict).toBe('no-data')
})

test('a measurement with problems is invalid, however good its value', () => {
  const problems = [{ kind: 'generator-late', found: 'lateness p99 was 9 ms', remedy: 'rest' }] as const
  const late = { ...BUSY, problems }
  const rss = { of: 'a', metric: 'rss', unit: 'bytes' as const, samples: [[0, 1] as const] }
  const resources = [{ ...rss, start: 1, peak: 1, end: 1, mean: 1, growthPerMinute: 0 }]
  const evidence = { ...evidenceOf(late), resources, findings: { accuracy: 1 } }
  const peak = { kind: 'resource', of: 'a', metric: 'rss', figure: 'peak' } as const
  const invalid = { verdict: 'invalid', severity: 'HIGH' }
  expect(judge(objectiveWith({ metric: P99, baseline: 1_000 }), evidence)).toMatchObject(invalid)
  expect(judge(objectiveWith({ metric: peak }), evidence)).toMatchObject(invalid)
  expect(judge(objectiveWith({ metric: FINDING, workload: 'mixed' }), evidence)).toMatchObject(invalid)
  expect(judge(objectiveWith({ metric: FINDING }), evidence).verdict).toBe('pass')
})

test('of several workloads an objective names its own', () => {
  const other = { ...BUSY, name: 'burst' }
  const objective = objectiveWith({ metric: P99, baseline: 1_000 })
  expect(judge(objective, evidenceOf(BUSY, other)).explanation).toContain('names none of mixed, burst')
  expect(judge({ ...objective, workload: 'burst' }, evidenceOf(BUSY, other)).verdict).toBe('pass')
  expect(judge({ ...objective, workload: 'gone' }, evidenceOf(BUSY)).verdict).toBe('no-data')
  expect(judge({ ...objective, workload: 'mixed' }, evidenceOf(BUSY, BUSY)).verdict).toBe('no-data')
})

const VERDICTS: readonly Verdict[] = ['pass', 'warn', 'no-data', 'invalid', 'fail']

test('a worse value never gives a better verdict', () => {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(
      fc.constantFrom('<', '<=', '>', '>=' as const),
      fc.tuple(value, value, value),
      fc.tuple(value, value),
      (comparison, limits, [one, other]) => {
        const isUpper = comparison.startsWith('<')
        const [baseline, warning, critical] = limits.toSorted((a, b) => (isUpper ? a - b : b - a)) as typeof limits
        const rank = (at: number) =>
          VERDICTS.indexOf(judgeFinding(at, { comparison, baseline, warning, critical }).verdict)
        const [better, worse] = one < other === isUpper ? [one, other] : [other, one]
        expect(rank(worse)).toBeGreaterThanOrEqual(rank(better))
      },
    ),
  )
})

test('a slower or failing operation never gives a better verdict', () => {
  const times = fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(times, fc.nat(29), fc.constantFrom(50, 90, 99, 100), fc.boolean(), (all, at, percentile, fails) => {
      const index = at % all.length
      const rest = all.filter((_, other) => other !== index)
      const worse = fails ? { responsesMs: rest, failed: 1 } : { responsesMs: [...rest, Number(all[index]) * 2] }
      const metric = { kind: 'latency', clock: 'response', percentile } as const
      const objective = objectiveWith({ metric, baseline: 10, warning: 30, critical: 60 })
      const rank = (second: { responsesMs: number[]; failed?: number }) =>
        VERDICTS.indexOf(judge(objective, evidenceOf(sampleWorkload([second]))).verdict)
      expect(rank(worse)).toBeGreaterThanOrEqual(rank({ responsesMs: all }))
    }),
    { numRuns: 40 },
  )
})

test('the overall verdict is the worst, and no-data when there is none', () => {
  expect(overallVerdict([])).toBe('no-data')
  for (const [index, verdict] of VERDICTS.entries())
    expect(overallVerdict(VERDICTS.slice(0, index + 1).map((one) => ({ verdict: one })))).toBe(verdict)
})

test.each<[string, Partial<Objective>, string]>([
  [
    'pass',
    { baseline: 100 },
    'The p99 response time was 98.976 ms over 100 samples, which meets the baseline of <= 100 ms.',
  ],
  [
    'warn',
    { baseline: 50, warning: 100 },
    'The p99 response time was 98.976 ms over 100 samples, which misses the baseline of <= 50 ms and meets the warning threshold of <= 100 ms.',
  ],
  [
    'fail',
    { baseline: 50, tag: 'read' },
    'The p99 response time of read was 98.976 ms over 100 samples, which misses the critical threshold of <= 50 ms.',
  ],
  [
    'no-data',
    { minimumSamples: 1_000 },
    'The p99 response time cannot be judged: there are only 100 samples, and it asks for 1,000.',
  ],
])('explains a %s in one sentence', (verdict, fields, explanation) => {
  const result = judge(objectiveWith({ metric: P99, ...fields }), evidenceOf(BUSY))
  expect(result).toMatchObject({ verdict, explanation })
})
