import type { CheckResult } from './checkers/checker.ts'
import type { Json, Operation } from './operation.ts'

/** What the record of a run keeps of a history, whose operations are in a file beside it. */
export interface HistoryEvidence {
  readonly name: string
  /** Relative to the folder of the run. */
  readonly file: string
  readonly seed: number | null
  readonly operations: number
  readonly faults: number
  /** One for each time that it was judged. */
  readonly results: readonly CheckEvidence[]
}

export interface CheckEvidence extends Omit<CheckResult, 'counterexample'> {
  readonly counterexample?: readonly OperationEvidence[]
  /** The command that judges the history again. */
  readonly again: string
}

/** An operation in JSON, which has no infinity. */
export interface OperationEvidence extends Omit<Operation, 'input' | 'output' | 'completedNs'> {
  readonly input: unknown
  readonly output: unknown
  /** `null`: its end was never heard of. */
  readonly completedNs: number | null
}

/** A fault that a test caused, in milliseconds since the test began. */
export interface FaultEvidence {
  readonly kind: string
  readonly target: string
  readonly fromMs: number
  readonly toMs: number
  /** How much it touched, where that can be told: 1 for a server, connections for a proxy. */
  readonly touched?: number
}

/** An interesting thing that a test must have met to mean anything: `a conflict happened`. */
export interface SometimesEvidence {
  readonly name: string
  readonly count: number
  /** How often it has to happen. */
  readonly minimum: number
}

export function checkEvidence({ counterexample, ...result }: CheckResult, again: string): CheckEvidence {
  return { ...result, ...(counterexample ? { counterexample: counterexample.map(operationEvidence) } : {}), again }
}

function operationEvidence({ completedNs, ...operation }: Operation): OperationEvidence {
  return { ...operation, completedNs: Number.isFinite(completedNs) ? completedNs : null }
}

/** The operation as checkers and timelines have it. */
export function operationOf({ completedNs, input, output, ...operation }: OperationEvidence): Operation {
  return { ...operation, input: input as Json, output: output as Json, completedNs: completedNs ?? Infinity }
}

/** Whether anything that judged it was not content. */
export function isSuspect({ results }: HistoryEvidence): boolean {
  return results.some(({ verdict }) => verdict !== 'valid')
}

/** Index of each operation that shows the first anomaly. */
export function firstMarked({ results }: HistoryEvidence): readonly number[] {
  return results.flatMap(({ anomalies }) => anomalies)[0]?.operations ?? []
}
