import type { Segment } from '../segment.ts'

/** Where the value of an objective comes from. Times are in milliseconds, shares from 0 to 1, rates in a second. */
export type Metric =
  /**
   * The time within which `percentile` percent of the planned operations were answered. One that failed or was dropped
   * was never answered, and ranks above all others.
   */
  | { readonly kind: 'latency'; readonly clock: 'response' | 'service'; readonly percentile: number }
  /** A percentile of what operations measured themselves. */
  | { readonly kind: 'measure'; readonly name: string; readonly percentile: number }
  /** `good / (good + bad)` of what operations counted themselves. */
  | { readonly kind: 'share'; readonly good: readonly string[]; readonly bad: readonly string[] }
  /** Completed of planned. */
  | { readonly kind: 'success' }
  /** Completed operations in a second. */
  | { readonly kind: 'throughput' }
  /** How long the workload took, from its first operation to the answer of its last. */
  | { readonly kind: 'duration' }
  /** What the test found out by itself, under this name: an accuracy, a number of violations. */
  | { readonly kind: 'finding'; readonly name: string; readonly unit: Unit }
  /** A figure of a resource series. */
  | {
      readonly kind: 'resource'
      readonly of: string
      readonly metric: string
      readonly figure: 'start' | 'peak' | 'end' | 'mean' | 'growthPerMinute'
    }

export type Unit = 'ms' | 's' | 'share' | 'per-second' | 'count' | 'bytes' | 'cores'

/**
 * A threshold on a metric. What meets `baseline` is as it should be; what misses `critical` is unacceptable; in between a
 * metric is degraded, and more so past `warning`.
 */
export interface Objective {
  /** One sentence that a person can check: `99 % of operations are answered within 10 ms`. */
  readonly statement: string
  /** The workload of the test that it judges, when there are several. */
  readonly workload?: string
  readonly metric: Metric
  readonly comparison: '<' | '<=' | '>' | '>='
  readonly baseline: number
  /** `baseline` when left out. */
  readonly warning?: number
  /** `warning` when left out. */
  readonly critical?: number
  /** Only operations that carry this tag. */
  readonly tag?: string
  /** Judges the worst of all windows of so many seconds, instead of the whole run. */
  readonly windowSeconds?: number
  /** Fewer samples than these say nothing: the verdict is no-data. 1 when left out; never zero. */
  readonly minimumSamples?: number
  /** Ends the workload when `critical` has been missed for so many seconds on end. */
  readonly abortAfterSeconds?: number
  /** Those of the guarantee when left out. */
  readonly segment?: Segment
  readonly protectedMonthlyRevenueUsd?: number
  /** What to do when it is missed. */
  readonly recommendation: string
}
