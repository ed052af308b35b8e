/** A histogram in its standard compressed form (HdrHistogram V2, base64), in microseconds with three digits. */
export type EncodedHistogram = string

/** How many operations there were, by what became of them. planned = completed + failed + dropped + inFlight, always. */
export interface OperationCounts {
  /** Due within the run. In a closed workload: started. */
  readonly planned: number
  readonly completed: number
  /** Answered with an error, or not within the deadline. */
  readonly failed: number
  /** Could not start, because as many as may run at once were running. */
  readonly dropped: number
  /** Still running when the run ended, after the time that it gives them to end. */
  readonly inFlight: number
}

/** What was measured of the operations that carry one tag. The tag of an operation's own name is always there. */
export interface TagResult extends OperationCounts {
  /** From the moment that an operation was due until it was answered. Of those that completed. */
  readonly response: EncodedHistogram
  /** From the moment that it was sent. Of those that completed. */
  readonly service: EncodedHistogram
}

/** One second of a run, of the operations that carry one tag. An operation belongs to the second in which it was due. */
export interface WindowResult {
  /** Whole seconds since the run began. */
  readonly second: number
  /** `null`: all operations. */
  readonly tag: string | null
  readonly completed: number
  readonly failed: number
  readonly dropped: number
  /** Of those that completed; empty (`''`) when none did. */
  readonly response: EncodedHistogram
}

/** Why a measurement was not good enough to judge by. */
export interface ValidityProblem {
  readonly kind: 'generator-late' | 'rate-missed' | 'generator-saturated'
  /** What was found, in one sentence with figures. */
  readonly found: string
  /** What to do about it. */
  readonly remedy: string
}

export interface OperationError {
  readonly operation: string
  readonly message: string
  readonly count: number
  /** Milliseconds since the run began. */
  readonly firstAtMs: number
}

/** What one run of a workload measured. It is data: results of shards, workers and machines are merged and judged once. */
export interface WorkloadResult extends OperationCounts {
  readonly format: 'proving-ground/workload/1'
  readonly name: string
  readonly kind: 'open' | 'closed'
  /** The arrival in words: `constant rate of 500/s for 10 s`. */
  readonly arrival: string
  readonly seed: number
  /** ISO 8601. */
  readonly startedAt: string
  /** From the first due time to the end of the arrival, without the time given to stragglers. */
  readonly durationMs: number
  /** Planned by the arrival; `null` in a closed workload, which has no rate of its own. */
  readonly plannedPerSecond: number | null
  /** Operations that were started, by second. */
  readonly achievedPerSecond: number
  readonly response: EncodedHistogram
  readonly service: EncodedHistogram
  /** How late the generator was: from due to sent. Of all operations that were started. */
  readonly lateness: EncodedHistogram
  readonly tags: Readonly<Record<string, TagResult>>
  /** What operations measured themselves, in microseconds, by name. */
  readonly measures: Readonly<Record<string, EncodedHistogram>>
  /** What operations counted themselves, by name: hits, misses, conflicts. */
  readonly counters: Readonly<Record<string, number>>
  readonly windows: readonly WindowResult[]
  /** The commonest, at most twenty. */
  readonly errors: readonly OperationError[]
  readonly generator: {
    readonly threads: number
    /** Share of one core that the busiest thread used, 0 to 1. */
    readonly busiestThread: number
  }
  /** Empty when the measurement is good. */
  readonly problems: readonly ValidityProblem[]
  /** An objective was so clearly missed that the run was ended early. */
  readonly aborted?: { readonly atMs: number; readonly why: string }
}
