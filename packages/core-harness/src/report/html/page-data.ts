import type { CheckVerdict } from '../../history/checkers/checker.ts'
import type { Severity, Verdict } from '../../objective/verdict.ts'
import type { GuaranteeStatus } from '../../run/record.ts'

/**
 * All that a page shows, made ready when it is written: texts are plain and in their final form, and numbers are only what
 * is drawn. A missing point of a line is `null`.
 */
export interface PageData {
  readonly verdict: Verdict
  readonly headline: { readonly lead: string; readonly more: readonly string[] }
  readonly isQuick: boolean
  readonly facts: readonly Fact[]
  readonly revenue: RevenueView
  readonly segments: readonly SegmentView[]
  readonly severities: readonly { readonly severity: Severity; readonly count: number }[]
  readonly categories: readonly { readonly category: string; readonly kept: string; readonly rate: string }[]
  readonly packages: readonly string[]
  readonly guarantees: readonly GuaranteeView[]
  readonly failures: readonly { readonly package: string; readonly name: string; readonly message: string }[]
  readonly killMatrices: readonly KillMatrixView[]
}

export interface Fact {
  readonly name: string
  readonly value: string
}

export interface RevenueView {
  readonly protectedUsd: number
  readonly atRiskUsd: number
  readonly protected: string
  readonly degraded: string
  readonly atRisk: string
  readonly unproven: string
}

export interface SegmentView extends RevenueView {
  readonly segment: string
  readonly guarantees: number
}

export interface GuaranteeView {
  readonly id: string
  readonly statement: string
  readonly package: string
  readonly level: string
  readonly segment: string
  readonly businessGoal: string
  readonly revenue: string
  readonly revenueUsd: number
  readonly status: GuaranteeStatus
  readonly severity: Severity
  readonly facts: readonly Fact[]
  readonly evidence: readonly Fact[]
  /** Empty when there is none. */
  readonly reason: string
  readonly reproduce: string
  readonly objectives: readonly ObjectiveView[]
  readonly workloads: readonly WorkloadView[]
  readonly resources: readonly ResourceView[]
  readonly faults: readonly FaultView[]
  readonly histories: readonly HistoryView[]
}

export interface ObjectiveView {
  readonly id: string
  readonly name: string
  readonly statement: string
  readonly metric: string
  readonly verdict: Verdict
  readonly severity: Severity
  readonly value: string
  readonly baseline: string
  readonly warning: string
  readonly critical: string
  readonly samples: string
  readonly explanation: string
  readonly recommendation: string
  readonly segment: string
  readonly revenue: string
  readonly bullet: BulletView
  readonly trend: TrendView
}

/** Positions on a bar, from 0 (left) to 1. */
export interface BulletView {
  readonly zones: readonly { readonly from: number; readonly to: number; readonly kind: 'good' | 'degraded' | 'bad' }[]
  readonly marks: readonly { readonly at: number; readonly name: string }[]
  /** `null`: there is no value. */
  readonly value: number | null
  /** The value lies outside of what the bar shows. */
  readonly isBeyond: boolean
}

export interface TrendView {
  /** The earlier runs and, last, this one. */
  readonly labels: readonly string[]
  readonly values: readonly (number | null)[]
  readonly unit: string
  readonly baseline: number
  readonly critical: number
}

export interface WorkloadView {
  readonly name: string
  readonly arrival: string
  readonly facts: readonly Fact[]
  /** How well it was measured: planned rate, achieved rate, lateness of the generator, its busiest thread. */
  readonly quality: readonly string[]
  readonly problems: readonly { readonly kind: string; readonly found: string; readonly remedy: string }[]
  /** Empty when it was not ended early. */
  readonly aborted: string
  readonly percentiles: PercentilesView
  readonly timeline: TimelineView
  readonly faults: readonly FaultView[]
  readonly operations: readonly (readonly string[])[]
  readonly measures: readonly (readonly string[])[]
  readonly counters: readonly Fact[]
  readonly errors: readonly (readonly string[])[]
}

/** Times in milliseconds over `1 / (1 - p)`, which gives each further nine the same room. */
export interface PercentilesView {
  readonly x: readonly number[]
  readonly response: readonly (number | null)[]
  readonly service: readonly (number | null)[]
  /** Empty when all operations were answered. */
  readonly note: string
}

/** By seconds since the workload began; each point stands for `secondsEach`. */
export interface TimelineView {
  readonly secondsEach: number
  readonly x: readonly number[]
  readonly completedPerSecond: readonly (number | null)[]
  readonly lostPerSecond: readonly (number | null)[]
  readonly p50Ms: readonly (number | null)[]
  readonly p99Ms: readonly (number | null)[]
}

export interface FaultView {
  readonly name: string
  readonly workload: string
  readonly fromSecond: number
  readonly toSecond: number
}

/** One figure of all that were watched for it. */
export interface ResourceView {
  readonly metric: string
  /** What values are divided by to be shown, and what they are then: 1,048,576 and `MiB`. */
  readonly unit: string
  readonly x: readonly number[]
  readonly lines: readonly { readonly of: string; readonly values: readonly (number | null)[] }[]
  /** Of, start, mean, peak, end, growth by minute. */
  readonly rows: readonly (readonly string[])[]
  /** What went away before the end. */
  readonly notes: readonly string[]
}

export interface KillMatrixView {
  readonly name: string
  readonly sentence: string
  /** Guarantee, reference, canary, killed by. */
  readonly rows: readonly (readonly string[])[]
  readonly findings: readonly string[]
  readonly tooBroad: readonly string[]
}

/** A history: what its checkers found, and the operations that are drawn. */
export interface HistoryView {
  readonly name: string
  readonly facts: readonly Fact[]
  /** What is drawn of it; empty when that is all. */
  readonly note: string
  readonly results: readonly CheckView[]
  readonly operations: OperationColumns
  readonly faults: readonly { readonly name: string; readonly from: number; readonly to: number }[]
}

export interface CheckView {
  readonly checker: string
  readonly verdict: CheckVerdict
  /** Why it is unknown; else empty. */
  readonly why: string
  readonly counts: readonly Fact[]
  readonly anomalies: readonly AnomalyView[]
  /** How many there are beyond those; empty when there are none. */
  readonly more: string
  readonly again: string
}

export interface AnomalyView {
  readonly kind: string
  readonly explanation: string
  /** Places in the columns, in the order in which the explanation speaks of them. */
  readonly operations: readonly number[]
}

/**
 * Operations in the order in which they were begun, by column, which is short: a text is its place in `texts`, and a time
 * counts in units of `unitNs`.
 */
export interface OperationColumns {
  readonly unitNs: number
  /** The time of the first one, in nanoseconds since the history began. */
  readonly originNs: number
  readonly texts: readonly string[]
  /** Index in the history: how much more than the one before. */
  readonly index: readonly number[]
  readonly process: readonly number[]
  readonly f: readonly number[]
  readonly key: readonly number[]
  readonly input: readonly number[]
  readonly output: readonly number[]
  readonly error: readonly number[]
  /** A letter each: `o` for ok, `f` for fail, `i` for info. */
  readonly outcome: string
  /** When it was begun: how much later than the one before. */
  readonly invoked: readonly number[]
  /** How long it took; -1: its end was never heard of. */
  readonly took: readonly number[]
}
