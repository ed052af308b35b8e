import type { Anomaly } from '../checkers/checker.ts'
import type { Operation } from '../operation.ts'
import { callText, decimalsFor, secondsText } from '../operation-text.ts'
import type { Counterexample } from './counterexample.ts'
import type { Model, State } from './model.ts'
import type { ValueTable } from './values.ts'

const MOST_IN_ORDER = 8
const LONGEST_VALUE = 40

/** What is wrong with a counterexample, in words. */
export function explain(
  { calls, result: { culprit, order, state } }: Counterexample,
  model: Model,
  context: {
    readonly failed: readonly Operation[]
    readonly start: State
    readonly values: ValueTable
    /** How an operation ended in the whole history. */
    readonly original: (operation: Operation) => Operation
  },
): Anomaly {
  const { completedNs, key } = culprit.operation
  const failed = context.failed.filter(({ invokedNs }) => invokedNs < completedNs)
  const { start, values } = context
  const diagnosis = model.diagnose({ culprit, calls, failed, start, values })
  const involved = [culprit.operation, ...(diagnosis?.operations ?? [])].map(context.original)
  const decimals = decimalsFor(involved.flatMap(({ invokedNs, completedNs: endNs }) => [invokedNs, endNs]))
  const reads = new Set(calls.filter(({ isRead }) => isRead).map(({ operation }) => operation.index))
  /** Of a read null is news. */
  const call = (operation: Operation): string =>
    callText(operation, LONGEST_VALUE) + (reads.has(operation.index) && operation.output === null ? ' → null' : '')
  const text = (operation: Operation): string => {
    const original = context.original(operation)
    return `${call(original)} ${whenText(original, decimals)}`
  }

  const others = calls.length - 1
  const problem =
    diagnosis?.contradiction(text) ?? `which no order with the ${others} others that had begun by then explains`
  const last = order.slice(-MOST_IN_ORDER).map(({ operation }) => call(context.original(operation)))
  const legal = `${order.length > last.length ? `… (${order.length - last.length} more), ` : ''}${last.join(', ')}`
  const object = key === undefined ? 'the object' : String(key)
  const rest =
    last.length === 0 ? '' : `; without it they fit as: ${legal}; then ${object} ${model.describe(state, values)}`
  return {
    kind: diagnosis?.kind ?? 'not-linearizable',
    explanation: `${text(culprit.operation)}, ${problem}${rest}`,
    operations: involved.map(({ index }) => index),
  }
}

function whenText({ outcome, process, invokedNs, completedNs }: Operation, decimals: number): string {
  return outcome === 'info'
    ? `begun at ${secondsText(invokedNs, decimals)} s and never answered (process ${process})`
    : `at ${secondsText(completedNs, decimals)} s (process ${process})`
}
