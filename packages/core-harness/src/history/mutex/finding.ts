import type { Anomaly } from '../checkers/checker.ts'
import type { Operation } from '../operation.ts'
import { callText, decimalsFor, secondsText } from '../operation-text.ts'

export interface Finding {
  readonly kind: string
  readonly explanation: string
  /** In the order in which the explanation speaks of them. */
  readonly operations: readonly Operation[]
}

/** @param explain gets the operations as text, with times, and what writes another time as they are written */
export function finding(
  kind: string,
  operations: readonly Operation[],
  explain: (texts: readonly string[], seconds: (ns: number) => string) => string,
): Finding {
  const decimals = decimalsFor(operations.flatMap(({ invokedNs, completedNs }) => [invokedNs, completedNs]))
  const seconds = (ns: number): string => `${secondsText(ns, decimals)} s`
  const texts = operations.map(
    (operation) => `${callText(operation)} at ${seconds(operation.completedNs)} (process ${operation.process})`,
  )
  return { kind, operations: [...new Set(operations)], explanation: explain(texts, seconds) }
}

export function anomalyOf({ kind, explanation, operations }: Finding): Anomaly {
  return { kind, explanation, operations: operations.map(({ index }) => index) }
}
