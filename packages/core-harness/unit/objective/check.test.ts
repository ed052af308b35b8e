import { expect, test } from '@jest/globals'

import { checkObjective } from '../../src/objective/check.ts'
import type { Metric, Objective } from '../../src/objective/objective.ts'
import { objectiveWith } from './sample-evidence.ts'

const P99: Metric = { kind: 'latency', clock: 'response', percentile: 99 }
const SUCCESS: Metric = { kind: 'success' }
const HIT_RATE: Metric = { kind: 'share', good: ['hits'], bad: ['misses'] }

test('takes objectives whose thresholds are in order', () => {
  const latency = objectiveWith({ metric: P99, baseline: 10, warning: 10, critical: 30, windowSeconds: 10 })
  expect(checkObjective(latency)).toBe(latency)
  const share = objectiveWith({ metric: HIT_RATE, comparison: '>', baseline: 0.8, warning: 0.6, critical: 0.4 })
  expect(checkObjective(share)).toBe(share)
})

test.each<[string, Partial<Objective> & Pick<Objective, 'metric'>, string]>([
  ['an empty statement', { metric: P99, statement: ' ' }, 'statement is empty'],
  ['an empty recommendation', { metric: P99, recommendation: '' }, 'recommendation is empty'],
  ['a percentile of 0', { metric: { ...P99, percentile: 0 } }, 'a percentile is above 0'],
  ['a percentile above 100', { metric: { ...P99, percentile: 101 } }, 'a percentile is above 0'],
  ['a percentile that is no number', { metric: { ...P99, percentile: NaN } }, 'a percentile is above 0'],
  ['a measure without a name', { metric: { kind: 'measure', name: '', percentile: 50 } }, 'has a name'],
  ['a finding without a name', { metric: { kind: 'finding', name: ' ', unit: 'ms' } }, 'has a name'],
  ['a share of nothing good', { metric: { kind: 'share', good: [], bad: ['misses'] } }, 'at least one counter'],
  ['a share of nothing bad', { metric: { kind: 'share', good: ['hits'], bad: [] } }, 'at least one counter'],
  ['a counter that is both', { metric: { kind: 'share', good: ['hits'], bad: ['hits'] } }, 'good and bad at once'],
  ['upper thresholds out of order', { metric: P99, baseline: 10, warning: 5 }, 'its warning is no less'],
  ['a critical below the baseline', { metric: P99, baseline: 10, critical: 5 }, 'its critical is no less'],
  ['lower thresholds out of order', { metric: SUCCESS, baseline: 0.5, warning: 0.9 }, 'its warning is no more'],
  ['a threshold that is no number', { metric: P99, critical: NaN }, 'a finite number'],
  ['an infinite threshold', { metric: P99, critical: Infinity }, 'a finite number'],
  ['latency above', { metric: P99, comparison: '>' }, 'below its threshold'],
  ['duration above', { metric: { kind: 'duration' }, comparison: '>=' }, 'below its threshold'],
  ['success below', { metric: SUCCESS, comparison: '<' }, 'above its threshold'],
  ['throughput below', { metric: { kind: 'throughput' }, comparison: '<=' }, 'above its threshold'],
  ['success in percent', { metric: SUCCESS, baseline: 99 }, 'shares, from 0 to 1'],
  ['a threshold that all meet', { metric: SUCCESS, baseline: 0.9, critical: 0 }, 'could not fail'],
  ['a threshold that none meets', { metric: SUCCESS, comparison: '>', baseline: 1 }, 'no share can meet'],
  ['a tag of a share', { metric: HIT_RATE, tag: 'read' }, 'known by tag'],
  ['a window of a share', { metric: HIT_RATE, windowSeconds: 10 }, 'known by second'],
  ['a window of service', { metric: { ...P99, clock: 'service' }, windowSeconds: 10 }, 'known by second'],
  ['aborting by duration', { metric: { kind: 'duration' }, abortAfterSeconds: 5 }, 'known by second'],
  ['a window of no seconds', { metric: P99, windowSeconds: 0 }, 'at least 1'],
  ['a window of half a second', { metric: P99, windowSeconds: 0.5 }, 'at least 1'],
  ['no samples at all', { metric: P99, minimumSamples: 0 }, 'at least 1'],
  ['aborting at once', { metric: P99, abortAfterSeconds: 0 }, 'at least 1'],
  ['negative revenue', { metric: P99, protectedMonthlyRevenueUsd: -1 }, 'whole number of dollars'],
])('refuses %s', (_, fields, reason) => {
  expect(() => checkObjective(objectiveWith(fields), 'cache.load#it')).toThrow(
    expect.objectContaining({ name: 'HarnessError', message: expect.stringContaining(reason) }),
  )
})
