import type { ResourceSeries } from '../metrics/resource-series.ts'
import { TimeDistribution } from '../metrics/time-distribution.ts'
import type { OperationCounts, TagResult, WorkloadResult } from '../workload/result.ts'
import type { Metric, Objective, Unit } from './objective.ts'
import type { Stretch } from './timeline.ts'
import { worstWindow } from './worst-window.ts'

/** What a test found out by itself. A number alone is one sample. */
export type Finding = number | { readonly value: number; readonly samples: number }

/** All that the objectives of one test are judged by. */
export interface Evidence {
  readonly workloads: readonly WorkloadResult[]
  readonly resources: readonly ResourceSeries[]
  readonly findings: Readonly<Record<string, Finding>>
}

/** The value of an objective's metric. `value` is undefined when there is none, Infinity when it is unbounded. */
export interface Measurement extends Stretch {
  readonly unit: Unit
  /** Why there is no value, when it is not for a lack of samples. */
  readonly lack?: string
  readonly worstWindowAtSecond?: number
  /** How many windows had fewer samples than the objective asks for, of how many. */
  readonly thinWindows?: { readonly thin: number; readonly all: number }
}

/** The workload that an objective judges, or why there is none. */
export type ChosenWorkload = { readonly workload: WorkloadResult } | { readonly lack: string }

export function chooseWorkload({ workload: name }: Objective, workloads: readonly WorkloadResult[]): ChosenWorkload {
  const fitting = name === undefined ? workloads : workloads.filter((one) => one.name === name)
  const [first, second] = fitting
  if (first === undefined)
    return { lack: name === undefined ? 'the test ran no workload' : `the test ran no workload named "${name}"` }
  if (second === undefined) return { workload: first }
  if (name !== undefined) return { lack: `the test ran ${fitting.length} workloads named "${name}"` }
  return { lack: `the test ran several workloads, and it names none of ${fitting.map((one) => one.name).join(', ')}` }
}

export function measure(objective: Objective, evidence: Evidence): Measurement {
  const { metric } = objective
  if (metric.kind === 'finding') return measureFinding(metric, evidence.findings)
  if (metric.kind === 'resource') return measureResource(metric, evidence.resources)
  const unit = unitOf(metric)
  const chosen = chooseWorkload(objective, evidence.workloads)
  if ('lack' in chosen) return { unit, value: undefined, samples: 0, lack: chosen.lack }
  if (objective.windowSeconds !== undefined) return { unit, ...worstWindow(objective, chosen.workload) }
  return { unit, ...measureWorkload(objective, metric, chosen.workload) }
}

function measureFinding(metric: Extract<Metric, { kind: 'finding' }>, findings: Evidence['findings']): Measurement {
  const found = Object.hasOwn(findings, metric.name) ? findings[metric.name] : undefined
  const { unit } = metric
  if (found === undefined) return { unit, value: undefined, samples: 0, lack: 'the test did not note it' }
  const { value, samples } = typeof found === 'number' ? { value: found, samples: 1 } : found
  if (!Number.isFinite(value)) return { unit, value: undefined, samples, lack: `the test noted ${value}` }
  return { unit, value, samples }
}

function measureResource(metric: Extract<Metric, { kind: 'resource' }>, resources: Evidence['resources']): Measurement {
  const series = resources.find((one) => one.of === metric.of && one.metric === metric.metric)
  if (!series) {
    const why = resources.find((one) => one.of === metric.of && one.ended !== undefined)?.ended?.why
    return { unit: 'count', value: undefined, samples: 0, lack: why ?? 'it was not watched' }
  }
  const { unit, samples } = series
  if (metric.figure === 'growthPerMinute' && samples.length < 2)
    return { unit, value: undefined, samples: samples.length, lack: 'growth takes at least two samples' }
  return { unit, value: series[metric.figure], samples: samples.length }
}

function measureWorkload(
  objective: Objective,
  metric: Exclude<Metric, { kind: 'finding' | 'resource' }>,
  workload: WorkloadResult,
): Stretch & { readonly lack?: string } {
  if (metric.kind === 'measure') {
    const values = TimeDistribution.of(ownOf(workload.measures, metric.name) ?? '')
    return { value: values.percentileMs(metric.percentile), samples: values.count }
  }
  if (metric.kind === 'share') {
    const [good, bad] = [metric.good, metric.bad].map((names) =>
      names.reduce((sum, name) => sum + (ownOf(workload.counters, name) ?? 0), 0),
    ) as [number, number]
    return { value: good + bad === 0 ? undefined : good / (good + bad), samples: good + bad }
  }
  if (metric.kind === 'duration') return measureDuration(workload)
  const { tag } = objective
  const counted: WorkloadResult | TagResult | undefined = tag === undefined ? workload : ownOf(workload.tags, tag)
  if (!counted) return { value: undefined, samples: 0, lack: `no operation carried the tag "${tag}"` }
  const { completed } = counted
  const samples = completed + unansweredOf(counted)
  if (samples === 0) return { value: undefined, samples }
  if (metric.kind === 'success') return { value: completed / samples, samples }
  if (metric.kind === 'throughput') return { value: completed / (workload.durationMs / 1_000), samples }
  return {
    value: TimeDistribution.of(counted[metric.clock]).percentileMs(metric.percentile, unansweredOf(counted)),
    samples,
  }
}

/**
 * A workload that was ended early, or in which an operation was never answered, did not come to its end. An open one takes
 * as long as its arrival, whatever the service does.
 */
function measureDuration(workload: WorkloadResult): Stretch & { readonly lack?: string } {
  if (workload.kind === 'open')
    return { value: undefined, samples: 0, lack: 'an open workload takes as long as planned' }
  if (workload.completed === 0) return { value: undefined, samples: 0 }
  const isWhole = workload.aborted === undefined && unansweredOf(workload) === 0
  return { value: isWhole ? workload.durationMs : Infinity, samples: workload.completed }
}

export function unansweredOf({ failed, dropped, inFlight }: OperationCounts): number {
  return failed + dropped + inFlight
}

function unitOf({ kind }: Exclude<Metric, { kind: 'finding' | 'resource' }>): Unit {
  if (kind === 'share' || kind === 'success') return 'share'
  return kind === 'throughput' ? 'per-second' : 'ms'
}

/** A name that a user chose may be one that every object has, like `constructor`. */
function ownOf<Value>(named: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(named, name) ? named[name] : undefined
}
