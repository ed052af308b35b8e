import type { Call } from './model.ts'

/** Stands before the first entry and behind the last. */
export const HEAD = 0

/**
 * Invocations and ends of calls in the order of time, as a doubly linked list from which calls are lifted and into which they
 * are put back, last out first in, each in constant time. Entries are numbered from 1 by their time. A call of unknown end
 * has none.
 */
export class EventList {
  readonly #next: Int32Array
  readonly #previous: Int32Array
  readonly #callOf: Int32Array
  /** By call; 0 for none. */
  readonly #endOf: Int32Array
  readonly #isInvocation: Uint8Array

  /** @param calls by when they were invoked */
  constructor(calls: readonly Call[]) {
    const ends = calls.map(({ operation }) => operation.completedNs)
    const byEnd = calls.flatMap(({ operation }, call) => (operation.outcome === 'info' ? [] : [call]))
    byEnd.sort((one, other) => Number(ends[one]) - Number(ends[other]))
    const entries = calls.length + byEnd.length + 1
    this.#next = Int32Array.from({ length: entries }, (_, entry) => (entry + 1) % entries)
    this.#previous = Int32Array.from({ length: entries }, (_, entry) => (entry + entries - 1) % entries)
    this.#callOf = new Int32Array(entries)
    this.#endOf = new Int32Array(calls.length)
    this.#isInvocation = new Uint8Array(entries)
    let ended = 0
    let entry = 1
    const end = (isDue: (endNs: number) => boolean): void => {
      for (let call = byEnd[ended]; call !== undefined && isDue(Number(ends[call])); call = byEnd[++ended]) {
        this.#callOf[entry] = call
        this.#endOf[call] = entry++
      }
    }
    calls.forEach(({ operation }, call) => {
      // What ends in the nanosecond in which another begins is concurrent with it.
      end((endNs) => endNs < operation.invokedNs)
      this.#callOf[entry] = call
      this.#isInvocation[entry++] = 1
    })
    end(() => true)
  }

  /** @returns HEAD behind the last */
  next(entry: number): number {
    return this.#next[entry] as number
  }

  callOf(entry: number): number {
    return this.#callOf[entry] as number
  }

  /** False for an end, and for HEAD. */
  isInvocation(entry: number): boolean {
    return this.#isInvocation[entry] === 1
  }

  /** Takes an invocation and the end of its call out; `next` of what was lifted still leads on. */
  lift(entry: number): void {
    // The end first: it may be what the invocation leads to.
    const end = this.#endOf[this.callOf(entry)] as number
    if (end !== HEAD) this.#unlink(end)
    this.#unlink(entry)
  }

  /** Undoes the last lift that was not undone. */
  unlift(entry: number): void {
    this.#link(entry)
    const end = this.#endOf[this.callOf(entry)] as number
    if (end !== HEAD) this.#link(end)
  }

  #unlink(entry: number): void {
    const [before, after] = [this.#previous[entry] as number, this.#next[entry] as number]
    this.#next[before] = after
    this.#previous[after] = before
  }

  #link(entry: number): void {
    this.#next[this.#previous[entry] as number] = entry
    this.#previous[this.#next[entry] as number] = entry
  }
}
