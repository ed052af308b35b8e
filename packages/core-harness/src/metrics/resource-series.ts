/** One figure of one process tree, container or dependency, sampled each second while a workload runs. */
export interface ResourceSeries {
  /** What was watched: `cache-1`, `redis`. */
  readonly of: string
  /** `cpu`: share of one core, 1 is one core. `rss`: bytes. Others say their unit: `connections`, `event-loop-delay-p99`. */
  readonly metric: string
  readonly unit: 'cores' | 'bytes' | 'ms' | 'count' | 'per-second'
  /** Milliseconds since the workload began, and the value. */
  readonly samples: readonly (readonly [atMs: number, value: number])[]
  readonly start: number
  readonly peak: number
  readonly end: number
  readonly mean: number
  /** Growth by minute: the median of the slopes between all pairs of samples (Theil and Sen). */
  readonly growthPerMinute: number
  /** What was watched went away before the watching ended, or was never there. */
  readonly ended?: { readonly atMs: number; readonly why: string }
}
