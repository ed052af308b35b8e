import type { Call, Model, State } from './model.ts'
import { search } from './search.ts'
import type { SearchResult } from './search.ts'

type Illegal = Extract<SearchResult<Call>, { verdict: 'illegal' }>

/** Calls that may be left out together. */
type Part = readonly Call[]

/** Calls that no order explains. */
export interface Counterexample {
  /** Those that had not ended when the culprit ended have an unknown end. */
  readonly calls: readonly Call[]
  /** The culprit, and an order of the others. */
  readonly result: Illegal
}

/**
 * What had begun when the culprit ended: linearizability is closed under prefixes, so that what came later is not to blame. A
 * call that was still under way may have taken effect, with the answer that it gave later, or not yet.
 */
export function failingPrefix(calls: readonly Call[], result: Illegal): Counterexample {
  const endNs = result.culprit.operation.completedNs
  const place = calls.indexOf(result.culprit)
  const prefix = calls.flatMap((call, index) => {
    const { invokedNs, completedNs } = call.operation
    if (invokedNs > endNs) return []
    // Of what ends at the same time the search takes the one that was invoked first.
    if (completedNs < endNs || (completedNs === endNs && index <= place)) return [call]
    return call.isRead
      ? []
      : [{ ...call, operation: { ...call.operation, outcome: 'info', completedNs: Infinity } as const }]
  })
  return { calls: prefix, result }
}

/**
 * Leaves out what the model says may be left out, in ever smaller parts (Zeller, "Yesterday, my program worked", 1999), as long as
 * the rest still has no order.
 *
 * @returns a counterexample from which nothing more can be left out in this way, or, when the time is up, the smallest so far
 */
export function shrink(found: Counterexample, model: Model, start: State, isOver: () => boolean): Counterexample {
  const omit = (from: Counterexample, parts: readonly Part[]): Counterexample => {
    const spare = parts.filter((part) => !part.includes(from.result.culprit))
    return shrinkBy(from, spare, start, isOver)
  }
  // Reads first, so that of several writes that contradict the culprit the last remains, which is the nearest.
  const reads = model.omissible(found.calls).filter((part) => part.every(({ isRead }) => isRead))
  let smallest = omit(found, reads)
  for (;;) {
    const smaller = omit(smallest, model.omissible(smallest.calls))
    if (smaller.calls.length === smallest.calls.length || isOver()) return smaller
    smallest = smaller // A write can be left out once all its reads are.
  }
}

function shrinkBy(found: Counterexample, all: readonly Part[], start: State, isOver: () => boolean): Counterexample {
  let smallest = found
  let parts = all
  for (let size = parts.length; size >= 1 && !isOver(); size = Math.floor(size / 2)) {
    const needed: Part[] = []
    for (let from = 0; from < parts.length; from += size) {
      const tried = parts.slice(from, from + size)
      const without = new Set(tried.flat())
      const calls = smallest.calls.filter((one) => !without.has(one))
      const result = search(calls, start, isOver)
      if (result.verdict === 'illegal') smallest = { calls, result }
      else needed.push(...tried)
    }
    parts = needed
  }
  return smallest
}
