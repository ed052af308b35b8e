import type { Call, State } from './model.ts'
import { EventList, HEAD } from './event-list.ts'
import { Linearized } from './linearized.ts'

/** States that are remembered; each takes some 100 bytes. */
const MOST_CONFIGURATIONS = 4_000_000
const STEPS_BETWEEN_LOOKS = 256

export type SearchResult<Of extends Call> =
  | { readonly verdict: 'legal' }
  /**
   * All calls that ended before the culprit did can be put in order, as `order`, which leaves `state`; with the culprit they
   * cannot.
   */
  | { readonly verdict: 'illegal'; readonly culprit: Of; readonly order: readonly Of[]; readonly state: State }
  | { readonly verdict: 'undecided'; readonly why: string }

/**
 * Looks for an order of calls on one object that a model allows and that keeps real time: a call that ended before another was
 * invoked stands before it. One with an unknown end may stand anywhere after it was invoked, or nowhere.
 *
 * The search is that of Wing and Gong ("Testing and verifying concurrent objects", 1993) with the memory of Lowe ("Testing for
 * linearizability", 2017): it puts one call after the other, goes back where none fits, and does not look twice at the same
 * set of placed calls with the same state. Three more things keep it small, none of which loses an order:
 *
 * - A read that fits is placed at once and for good. In any order that has it later it can be moved to here, because it
 *   changes nothing and nothing has to stand before it.
 * - A call of unknown end is never followed at once by one that overwrites what it did, nor by nothing: the order is as good
 *   without it. Nor is one placed that changes nothing.
 * - Of two calls of unknown end that do the same, the one that was invoked first is placed first: they can be exchanged.
 *
 * @param calls by when they were invoked
 * @param isOver whether the time is up
 */
export function search<Of extends Call>(calls: readonly Of[], start: State, isOver: () => boolean): SearchResult<Of> {
  const list = new EventList(calls)
  const placed = new Linearized(calls)
  const seen = new Set<string>()
  /** The entries that were placed, and before each the state and whether the call before it had an unknown end. */
  const entries: number[] = []
  const states: State[] = []
  const wereUnknown: boolean[] = []
  let [state, isAfterUnknown] = [start, false]
  let furthest = { entry: 0, order: [] as readonly Of[], state: start }
  let steps = 0

  const callAt = (entry: number): Of => calls[list.callOf(entry)] as Of
  const place = (entry: number, after: State): void => {
    entries.push(entry)
    states.push(state)
    wereUnknown.push(isAfterUnknown)
    list.lift(entry)
    placed.add(list.callOf(entry))
    state = after
    isAfterUnknown = placed.isUnknown(list.callOf(entry))
  }
  /** Takes back all reads at the end, and the call before them. */
  const takeBack = (): number | undefined => {
    for (;;) {
      const entry = entries.pop()
      if (entry === undefined) return undefined
      list.unlift(entry)
      placed.remove(list.callOf(entry))
      state = states.pop() as State
      isAfterUnknown = wereUnknown.pop() as boolean
      if (!callAt(entry).isRead) return entry
    }
  }
  const placeReads = (): void => {
    for (let entry = list.next(HEAD); list.isInvocation(entry); entry = list.next(entry))
      if (callAt(entry).isRead && callAt(entry).step(state) !== undefined) place(entry, state)
  }
  /** The state after a call that may come next; undefined when it may not. */
  const follow = (entry: number): State | undefined => {
    const call = callAt(entry)
    if (call.isRead || (isAfterUnknown && call.isOverwrite)) return undefined
    if (!placed.isUnknown(list.callOf(entry))) return call.step(state)
    if (!placed.isFirstOfItsKind(list.callOf(entry))) return undefined
    const after = call.step(state)
    return after === state ? undefined : after
  }

  placeReads()
  let entry = list.next(HEAD)
  while (placed.missing > 0) {
    if (++steps % STEPS_BETWEEN_LOOKS === 0 && isOver()) return { verdict: 'undecided', why: 'the time was up' }
    if (list.isInvocation(entry)) {
      const after = follow(entry)
      if (after !== undefined) {
        place(entry, after)
        placeReads()
        const configuration = placed.key(state, isAfterUnknown)
        if (!seen.has(configuration)) {
          if (seen.size === MOST_CONFIGURATIONS)
            return { verdict: 'undecided', why: `${MOST_CONFIGURATIONS} partial orders were not enough` }
          seen.add(configuration)
          entry = list.next(HEAD)
          continue
        }
        takeBack()
      }
    } else {
      // All calls that ended before this one are placed. No partial order that is looked at comes further than the furthest, so
      // that what ends there is the first that cannot be explained.
      if (entry > furthest.entry) furthest = { entry, order: entries.map(callAt), state }
      const taken = takeBack()
      if (taken === undefined)
        return {
          verdict: 'illegal',
          culprit: callAt(furthest.entry),
          order: furthest.order,
          state: furthest.state,
        }
      entry = taken
    }
    entry = list.next(entry)
  }
  return { verdict: 'legal' }
}
