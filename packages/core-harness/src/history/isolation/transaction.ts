import { HistoryMistakeError } from '../checkers/checker.ts'
import type { Operation } from '../operation.ts'

export type Key = string | number
export type Element = string | number

/** One step of a transaction: it appends an element to the list under a key, or reads the list. `null` is an empty list. */
export type Step = readonly ['append', Key, Element] | readonly ['r', Key, readonly Element[] | null]

/**
 * What a transaction did: what it found when it is `ok`, what it was asked to do otherwise, where reads hold nothing.
 *
 * @throws HistoryMistakeError when the operation is no list-append transaction, or its output does not answer its input
 */
export function stepsOf(operation: Operation): readonly Step[] {
  const { f, input, output, outcome } = operation
  if (f !== 'txn') throw new HistoryMistakeError('isolation', operation, 'is none of txn')
  const asked = stepsIn(operation, input, 'input')
  if (outcome !== 'ok') return asked
  const found = stepsIn(operation, output, 'output')
  const answers = asked.length === found.length && asked.every((step, place) => isAnswer(step, found[place]))
  if (!answers) throw new HistoryMistakeError('isolation', operation, 'has an output with other steps than its input')
  return found
}

function isAnswer([kind, key, value]: Step, found: Step | undefined): boolean {
  return found?.[0] === kind && found[1] === key && (kind === 'r' || found[2] === value)
}

function stepsIn(operation: Operation, value: unknown, name: string): readonly Step[] {
  if (Array.isArray(value) && value.every(isStep)) return value
  const shape = '[["append", key, element] | ["r", key, list], …]'
  throw new HistoryMistakeError('isolation', operation, `has an ${name} that is not ${shape}`)
}

function isStep(step: unknown): step is Step {
  if (!Array.isArray(step) || step.length !== 3 || !isScalar(step[1])) return false
  if (step[0] === 'append') return isScalar(step[2])
  return step[0] === 'r' && (step[2] === null || (Array.isArray(step[2]) && step[2].every(isScalar)))
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'number' || typeof value === 'string'
}
