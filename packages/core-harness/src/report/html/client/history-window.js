/** @import { Timeline } from './history-data.js' */

/** The part of a history that is in sight, in its units of time. */
/** @typedef {{ from: number, to: number }} TimeWindow */

/** Beyond its ends, in shares of its length, so that what lies there can be seen. */
const BEYOND = 0.02
/** So many operations before and after those that are looked at, where these take no time to speak of. */
const NEIGHBOURS = 8
/** No closer than this many units: less cannot be told apart. */
const CLOSEST = 4

/**
 * @param {Timeline} timeline
 * @returns {TimeWindow}
 */
export function wholeOf({ length }) {
  return { from: -BEYOND * length, to: (1 + BEYOND) * length }
}

/**
 * The window within what there is, neither wider nor closer than it may be.
 *
 * @param {Timeline} timeline
 * @param {TimeWindow} wanted
 * @returns {TimeWindow}
 */
function windowWithin(timeline, { from, to }) {
  const whole = wholeOf(timeline)
  const span = Math.min(whole.to - whole.from, Math.max(CLOSEST, to - from))
  const start = Math.min(whole.to - span, Math.max(whole.from, (from + to - span) / 2))
  return { from: start, to: start + span }
}

/**
 * @param {Timeline} timeline
 * @param {TimeWindow} shown
 * @param {number} factor less than 1: closer
 * @param {number} around the time that stays where it is
 */
export function zoomed(timeline, shown, factor, around) {
  return windowWithin(timeline, {
    from: around - (around - shown.from) * factor,
    to: around + (shown.to - around) * factor,
  })
}

/**
 * @param {Timeline} timeline
 * @param {TimeWindow} shown
 * @param {number} share of the window, to the right
 */
export function panned(timeline, { from, to }, share) {
  const whole = wholeOf(timeline)
  const by = Math.min(whole.to - to, Math.max(whole.from - from, share * (to - from)))
  return { from: from + by, to: to + by }
}

/**
 * Some operations, one at least, with what is around them.
 *
 * @param {Timeline} timeline
 * @param {readonly number[]} places
 */
export function windowAround(timeline, places) {
  const { begin, end, count } = timeline
  const begins = places.map((place) => begin[place] ?? 0)
  const known = places.map((place) => (end[place] === Infinity ? (begin[place] ?? 0) : (end[place] ?? 0)))
  const [from, to] = [Math.min(...begins), Math.max(...known)]
  const [first, last] = [
    Math.max(0, Math.min(...places) - NEIGHBOURS),
    Math.min(count - 1, Math.max(...places) + NEIGHBOURS),
  ]
  const room = Math.max(0.3 * (to - from), 0.5 * ((begin[last] ?? to) - (begin[first] ?? from) - (to - from)))
  return windowWithin(timeline, { from: from - room, to: to + room })
}

/**
 * The window moved, if need be, so that a time is in it.
 *
 * @param {Timeline} timeline
 * @param {TimeWindow} shown
 * @param {number} at
 */
export function windowWith(timeline, shown, at) {
  const span = shown.to - shown.from
  if (at >= shown.from + 0.05 * span && at <= shown.to - 0.05 * span) return shown
  return windowWithin(timeline, { from: at - span / 2, to: at + span / 2 })
}

/**
 * Round times in a window, about so many.
 *
 * @param {TimeWindow} shown
 * @param {number} originUnits
 * @param {number} wanted
 */
export function roundTimes({ from, to }, originUnits, wanted) {
  const rough = (to - from) / Math.max(1, wanted)
  const decade = 10 ** Math.floor(Math.log10(rough))
  const step = decade * ([1, 2, 5, 10].find((one) => one * decade >= rough) ?? 10)
  const times = []
  for (let at = Math.ceil((from + originUnits) / step) * step; at <= to + originUnits; at += step)
    times.push(at - originUnits)
  return { step, times }
}
