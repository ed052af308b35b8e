/** What a journal may hold as the input and the output of an operation: JSON. Whole numbers beyond 2^53 are written as text. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json }

/**
 * How an operation ended. `ok`: it happened. `fail`: it did not happen, for certain. `info`: nobody knows, as after a timeout
 * or a lost connection: it may have happened at any time since it was begun, or happen yet.
 */
export type Outcome = 'ok' | 'fail' | 'info'

/**
 * One line of a history: an operation begins, or ends. A process does one thing at a time, so that its next line after an
 * `invoke` is how that ended; after `info` it does nothing any more, because that operation may still be running.
 */
export interface HistoryEvent {
  /** Place in the history, from 0. */
  readonly index: number
  /** Who did it: a client with a session of its own, from 0. */
  readonly process: number
  readonly type: 'invoke' | Outcome
  /** What is done: `read`, `write`, `transfer`. */
  readonly f: string
  /** Which of many independent objects it is done to, where there are many. */
  readonly key?: string | number
  /** What it is called with, at `invoke`; what it found, at `ok`. */
  readonly value?: Json
  /** Nanoseconds since the history began, on one monotonic clock for all processes of a machine. */
  readonly timeNs: number
  /** Why it failed, or is unknown. */
  readonly error?: string
}

/** Both lines of one operation: the form in which checkers read a history. */
export interface Operation {
  /** Place of its `invoke` in the history; names it in evidence. */
  readonly index: number
  readonly process: number
  readonly f: string
  readonly key?: string | number
  readonly input: Json
  /** What it found; `null` unless it is `ok`. */
  readonly output: Json
  readonly outcome: Outcome
  readonly invokedNs: number
  /** When its end was heard of. Of an `info` it says when the client gave up; `Infinity` when that was never. */
  readonly completedNs: number
  readonly error?: string
}

/** Something that was done to the system on purpose while the history was made. */
export interface FaultMark {
  /** `pause`, `cut`, `kill`: what was done. */
  readonly kind: string
  /** To what. */
  readonly target: string
  readonly fromNs: number
  readonly toNs: number
}

/** The journal of a test, read back. */
export interface History {
  readonly name: string
  /** ISO 8601, wall clock: when time zero was. */
  readonly startedAt: string
  /** What made its randomness; `null` when nothing did. */
  readonly seed: number | null
  /** In the order in which they were begun. */
  readonly operations: readonly Operation[]
  /** In the order in which they began. */
  readonly faults: readonly FaultMark[]
}

/** Until when an operation may have taken effect: one whose end is unknown, for ever. */
export function latestEffectNs({ outcome, completedNs }: Operation): number {
  return outcome === 'info' ? Infinity : completedNs
}
