import { expect, test } from '@jest/globals'

import { decidedByLateness } from '../../src/objective/decided-by-lateness.ts'
import type { Objective } from '../../src/objective/objective.ts'
import type { WorkloadResult } from '../../src/workload/result.ts'
import { encodeMs, objectiveWith, sampleWorkload } from './sample-evidence.ts'

const P99 = { kind: 'latency', clock: 'response', percentile: 99 } as const
const WITHIN_10_MS = objectiveWith({ metric: P99, baseline: 10 })

/** Of 100 operations two took so long by each clock, and the others 1 ms. */
function timed(slowestMs: { readonly fromDue: number; readonly fromSent: number }, fields = {}): WorkloadResult {
  const times = (slowMs: number): number[] => [...Array.from({ length: 98 }, () => 1), slowMs, slowMs]
  const workload = sampleWorkload([{ responsesMs: times(slowestMs.fromDue) }])
  const service = encodeMs(times(slowestMs.fromSent))
  const tags = { read: { ...workload.tags.read, service } as WorkloadResult['tags'][string] }
  return { ...workload, service, tags, ...fields }
}

const kinds = (objective: Objective, workload: WorkloadResult): string[] =>
  decidedByLateness({ 'cache.sla.reads#p99': objective }, workload).map(({ kind }) => kind)

test('an objective that only the lateness of the generator misses is no finding about the service', () => {
  const [problem] = decidedByLateness({ 'cache.sla.reads#p99': WITHIN_10_MS }, timed({ fromDue: 12, fromSent: 4 }))
  expect(problem?.kind).toBe('generator-late')
  expect(problem?.found).toMatch(/cache\.sla\.reads#p99 .* was 12\S* ms, and [34]\S* ms from the moment/)
  expect(kinds({ ...WITHIN_10_MS, tag: 'read' }, timed({ fromDue: 12, fromSent: 4 }))).toEqual(['generator-late'])
})

test('a service that is slow from the moment of sending fails, however late the generator was', () => {
  expect(kinds(WITHIN_10_MS, timed({ fromDue: 40, fromSent: 11 }))).toEqual([])
})

test('what is met, or only degraded, is left to the objective', () => {
  expect(kinds(WITHIN_10_MS, timed({ fromDue: 9, fromSent: 1 }))).toEqual([])
  expect(kinds({ ...WITHIN_10_MS, critical: 20 }, timed({ fromDue: 12, fromSent: 4 }))).toEqual([])
})

test('operations that were never answered are the service’s by both clocks', () => {
  const unanswered = { planned: 110, failed: 10 }
  expect(kinds(WITHIN_10_MS, timed({ fromDue: 12, fromSent: 4 }, unanswered))).toEqual([])
})

test('a closed workload, a window, another workload and another metric are not looked at', () => {
  const late = timed({ fromDue: 12, fromSent: 4 })
  expect(kinds(WITHIN_10_MS, { ...late, kind: 'closed' })).toEqual([])
  expect(kinds({ ...WITHIN_10_MS, windowSeconds: 1 }, late)).toEqual([])
  expect(kinds({ ...WITHIN_10_MS, workload: 'writes' }, late)).toEqual([])
  expect(kinds({ ...WITHIN_10_MS, metric: { ...P99, clock: 'service' } }, late)).toEqual([])
})
