import type { z } from 'zod'

import { HarnessError } from '../../environment/errors.ts'
import type { Operation } from '../operation.ts'

/**
 * `unknown`: the checker could not decide, because it ran out of time, or because the history holds too little of what it
 * judges. It is not green.
 */
export type CheckVerdict = 'valid' | 'invalid' | 'unknown'

/** One thing that must not happen, and did. */
export interface Anomaly {
  /** In the words of the field: `lost`, `stale`, `G-single`. */
  readonly kind: string
  /** One sentence with values and times: `read 7 at 12.031 s after 9 was acknowledged at 11.998 s`. */
  readonly explanation: string
  /** Index of each operation that shows it, in the order in which the sentence speaks of them. */
  readonly operations: readonly number[]
}

export interface CheckResult {
  readonly checker: string
  readonly verdict: CheckVerdict
  /** What was looked at, and what was found, by name: reads, writes, lost, duplicates, worstLatencyMs. */
  readonly counts: Readonly<Record<string, number>>
  /** The first of each kind, the worst where there is a worst, and some more; `counts` has how many there are of each kind. */
  readonly anomalies: readonly Anomaly[]
  /** Why it is unknown, in one sentence, and what would help. */
  readonly why?: string
  /**
   * The fewest operations that still show the first anomaly, in the order in which they were begun, where the checker can
   * find them. Leaving out the others cannot have made the anomaly: each checker says why.
   */
  readonly counterexample?: readonly Operation[]
}

/**
 * Judges a history against one model. Pure: the same history gives the same result, but for a time limit.
 *
 * A history that is no history of this checker (an unknown `f`, a value of another shape) is refused with a
 * HistoryMistakeError that names the operation: it is neither valid nor invalid.
 */
export interface Checker<Options> {
  readonly name: string
  /** What it judges, in one sentence. */
  readonly judges: string
  /** Each `f` that it reads, with the shape of its value at `invoke` and at `ok`, in words. Others are refused. */
  readonly functions: Readonly<Record<string, string>>
  /** Checks and completes what a user gives, as `--option total=100` on the command line. */
  readonly options: z.ZodType<Options>
  check(operations: readonly Operation[], options: Options): CheckResult
}

/** The history is none of this checker's. */
export class HistoryMistakeError extends HarnessError {
  override readonly name = 'HistoryMistakeError'
  readonly operation: number

  constructor(checker: string, { index, f }: Operation, problem: string) {
    super(`reading the history for ${checker}: operation ${index} (${f}) ${problem}`)
    this.operation = index
  }
}

/** For an operation whose `f` the checker does not read. */
export function unknownFunction<Options>(
  { name, functions }: Pick<Checker<Options>, 'name' | 'functions'>,
  operation: Operation,
): HistoryMistakeError {
  return new HistoryMistakeError(name, operation, `is none of ${Object.keys(functions).join(', ')}`)
}
