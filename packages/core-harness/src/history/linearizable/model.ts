import type { Json, Operation } from '../operation.ts'
import type { ValueTable } from './values.ts'

/** What a model remembers of the object. Equal states are the same primitive value. */
export type State = number | string

/** One operation as a model understands it: how it takes effect, in one instant. */
export interface Call {
  readonly operation: Operation
  /** The state that it leaves; undefined where it cannot happen in this state with the answer that it gave. */
  readonly step: (state: State) => State | undefined
  /** It changes no state. */
  readonly isRead: boolean
  /** It can happen in every state, and what it leaves does not depend on that state. */
  readonly isOverwrite: boolean
  /** The same for calls that do the same. */
  readonly effect: string
}

/** What one object does when its operations happen one after the other. */
export interface Model<Of extends Call = Call> {
  /** Each `f` with its value at `invoke` and at `ok`, in words. */
  readonly functions: Readonly<Record<string, string>>
  /** Each `f` whose answer can be wrong: without one of them there is nothing to judge. */
  readonly observers: readonly string[]
  start(initial: Json, values: ValueTable): State
  /**
   * @returns undefined when it says nothing: it failed, or nobody knows what it would have read
   * @throws HistoryMistakeError
   */
  call(operation: Operation, values: ValueTable): Of | undefined
  /**
   * Sets of calls that may be left out, each set with or without the others: what could be put in order with them can be put in
   * order without. So what fails without them fails with them.
   */
  omissible(calls: readonly Of[]): readonly (readonly Of[])[]
  /** What is wrong, as far as it can be said for certain; undefined when it is just that no order explains it. */
  diagnose(impasse: Impasse<Of>): Diagnosis | undefined
  /** What an object in this state holds, in words: `holds 9`. */
  describe(state: State, values: ValueTable): string
}

/** Calls of which no order explains the last one to end, though some order explains the others. */
export interface Impasse<Of extends Call = Call> {
  /** The one that has no place. */
  readonly culprit: Of
  /** With the culprit, by when they were invoked. Those that had not ended when the culprit ended have an unknown end. */
  readonly calls: readonly Of[]
  /** Those of the same object that failed and were invoked before the culprit ended. */
  readonly failed: readonly Operation[]
  readonly start: State
  readonly values: ValueTable
}

export interface Diagnosis {
  readonly kind: string
  /** What contradicts the culprit, as the rest of a sentence that begins with it. `text` tells an operation, with its times. */
  readonly contradiction: (text: (operation: Operation) => string) => string
  /** In the order in which the sentence speaks of them. */
  readonly operations: readonly Operation[]
}
