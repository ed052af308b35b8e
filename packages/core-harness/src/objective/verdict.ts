import type { Segment } from '../segment.ts'
import type { Objective, Unit } from './objective.ts'

/** Only `pass` and `warn` are green. `invalid`: the measurement itself was not good enough. */
export type Verdict = 'pass' | 'warn' | 'fail' | 'invalid' | 'no-data'

export type Severity = 'INFO' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL'

/** How one objective came out. */
export interface ObjectiveResult {
  /** `<guarantee>#<name>`: `cache.load.mixed#p99`. */
  readonly id: string
  readonly objective: Objective
  readonly segment: Segment
  readonly protectedMonthlyRevenueUsd: number
  readonly unit: Unit
  /** `null`: there is none. `'unbounded'`: more operations than that were never answered. */
  readonly value: number | 'unbounded' | null
  readonly samples: number
  readonly verdict: Verdict
  readonly severity: Severity
  /** What was found, in one sentence with the value and the threshold that decided. */
  readonly explanation: string
  /** Where the worst window began, in seconds, for an objective with windows. */
  readonly worstWindowAtSecond?: number
}
