import { TimeHistogram } from '../../src/metrics/histogram.ts'
import type { Evidence } from '../../src/objective/measurement.ts'
import type { Objective } from '../../src/objective/objective.ts'
import type { OperationCounts, TagResult, WindowResult, WorkloadResult } from '../../src/workload/result.ts'

/** One second of a sample workload. */
export interface SampleSecond {
  readonly responsesMs?: readonly number[]
  readonly failed?: number
  readonly dropped?: number
}

/** A workload's result as the engine would leave it, from what was answered in each second. */
export function sampleWorkload(
  seconds: readonly SampleSecond[],
  options: Partial<WorkloadResult> & { readonly inFlight?: number; readonly tag?: string } = {},
): WorkloadResult {
  const { tag = 'read', inFlight = 0, ...rest } = options
  const responses = encodeMs(seconds.flatMap(({ responsesMs = [] }) => responsesMs))
  const sum = (count: (second: SampleSecond) => number) => seconds.reduce((total, second) => total + count(second), 0)
  const completed = sum(({ responsesMs = [] }) => responsesMs.length)
  const [failed, dropped] = [sum((second) => second.failed ?? 0), sum((second) => second.dropped ?? 0)]
  const counts: OperationCounts = {
    planned: completed + failed + dropped + inFlight,
    completed,
    failed,
    dropped,
    inFlight,
  }
  const all: TagResult = { ...counts, response: responses, service: responses }
  const durationMs = rest.durationMs ?? seconds.length * 1_000
  return {
    format: 'proving-ground/workload/1',
    name: 'mixed',
    kind: 'open',
    arrival: 'made up',
    seed: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs,
    plannedPerSecond: counts.planned / (durationMs / 1_000),
    achievedPerSecond: (counts.planned - dropped) / (durationMs / 1_000),
    ...all,
    lateness: '',
    tags: { [tag]: all },
    measures: {},
    counters: {},
    windows: seconds.flatMap((second, index) => windowsOf(second, index, tag)),
    errors: [],
    generator: { threads: 1, busiestThread: 0.1 },
    problems: [],
    ...rest,
  }
}

function windowsOf(
  { responsesMs = [], failed = 0, dropped = 0 }: SampleSecond,
  second: number,
  tag: string,
): WindowResult[] {
  if (responsesMs.length + failed + dropped === 0) return []
  const window = { second, completed: responsesMs.length, failed, dropped, response: encodeMs(responsesMs) }
  return [
    { ...window, tag: null },
    { ...window, tag },
  ]
}

export function encodeMs(times: readonly number[]): string {
  const histogram = new TimeHistogram()
  for (const time of times) histogram.record(time * 1_000)
  const encoded = histogram.encode()
  histogram.free()
  return encoded
}

export function evidenceOf(...workloads: readonly WorkloadResult[]): Evidence {
  return { workloads, resources: [], findings: {} }
}

/** An objective that only lacks what a test is about. */
export function objectiveWith(fields: Partial<Objective> & Pick<Objective, 'metric'>): Objective {
  const isLower =
    fields.metric.kind === 'success' || fields.metric.kind === 'throughput' || fields.metric.kind === 'share'
  return {
    statement: 'a promise',
    comparison: isLower ? '>=' : '<=',
    baseline: isLower ? 0.9 : 10,
    recommendation: 'look at it',
    ...fields,
  }
}

export const DEFAULTS = { segment: 'All', protectedMonthlyRevenueUsd: 1_000 } as const
