import { HarnessError } from '../environment/errors.ts'

/**
 * When operations are due in an open workload. Pure: what it answers depends on its arguments alone, and the due time of
 * an operation not on when it is asked for, so that a generator that fell behind knows by how much.
 */
export interface Pacer {
  readonly durationMs: number
  /** How many operations are due in all. */
  readonly planned: number
  /**
   * @param elapsedMs since the workload began
   * @param started how many operations were started so far; the next is due at `elapsedMs` plus the answer
   * @returns milliseconds, zero or less for one that is due already; `end` when no more are due
   */
  wait(elapsedMs: number, started: number): number | 'end'
  /** In words, for records: `constant rate of 500/s for 10 s`. */
  toString(): string
}

/** A pacer of the times at which its operations are due, in milliseconds and in order. */
export function pacerOf(
  durationMs: number,
  planned: number,
  dueMs: (operation: number) => number,
  words: string,
): Pacer {
  return {
    durationMs,
    planned,
    wait: (elapsedMs, started) => (started >= planned ? 'end' : dueMs(started) - elapsedMs),
    toString: () => words,
  }
}

/** @throws HarnessError naming the parameter, unless it is a finite number above the bound (or at it) */
export function checkNumber(
  what: string,
  value: number,
  { above = 0, atLeast }: { readonly above?: number; readonly atLeast?: number } = {},
): void {
  const isGood = Number.isFinite(value) && (atLeast === undefined ? value > above : value >= atLeast)
  if (isGood) return
  const wanted = atLeast === undefined ? `above ${above}` : `${atLeast} or more`
  throw new HarnessError(`planning a workload: ${what} is ${value}`, { remedy: `It is a finite number, ${wanted}.` })
}

/** `500 ms`, `10 s`, `10 min`, for words. */
export function timeInWords(milliseconds: number): string {
  if (milliseconds < 1_000) return `${round(milliseconds)} ms`
  return milliseconds < 600_000 ? `${round(milliseconds / 1_000)} s` : `${round(milliseconds / 60_000)} min`
}

export function round(value: number): string {
  return String(Number(value.toPrecision(6)))
}
