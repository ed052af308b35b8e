/** @import { HistoryView, OperationColumns } from '../page-data.ts' */
/** @typedef {'ok' | 'fail' | 'info'} Outcome */

/**
 * Operations by their place, and in which lane each lies. Times are in units since the first was begun.
 *
 * @typedef {object} Timeline
 * @property {OperationColumns} columns
 * @property {number} count
 * @property {Float64Array} begin
 * @property {Float64Array} end Infinity: never heard of
 * @property {Float64Array} index in the history
 * @property {number} length until when something is known
 * @property {readonly Lane[]} lanes
 * @property {HistoryView['faults']} faults
 */

/** @typedef {{ readonly process: number, readonly operations: readonly number[] }} Lane */

/** Microseconds: in a sentence more says nothing. */
const MOST_DECIMALS = 6

/** @type {Readonly<Record<string, Outcome>>} */
const OUTCOMES = { o: 'ok', f: 'fail', i: 'info' }

/**
 * @param {HistoryView} view
 * @returns {Timeline}
 */
export function timelineOf({ operations: columns, faults }) {
  const count = columns.outcome.length
  const begin = summed(columns.invoked)
  const end = Float64Array.from(columns.took, (took, place) => (took < 0 ? Infinity : (begin[place] ?? 0) + took))
  /** @type {Map<number, number[]>} */
  const lanes = new Map()
  columns.process.forEach((process, place) => {
    const lane = lanes.get(process)
    if (lane) lane.push(place)
    else lanes.set(process, [place])
  })
  let length = 1
  for (let place = 0; place < count; place++) length = Math.max(length, lastKnown(begin[place] ?? 0, end[place] ?? 0))
  return {
    columns,
    count,
    begin,
    end,
    index: summed(columns.index),
    length,
    lanes: [...lanes].map(([process, operations]) => ({ process, operations })).sort((a, b) => a.process - b.process),
    faults,
  }
}

/** @param {readonly number[]} differences */
function summed(differences) {
  let sum = 0
  return Float64Array.from(differences, (difference) => (sum += difference))
}

/**
 * @param {number} begin
 * @param {number} end
 */
export function lastKnown(begin, end) {
  return end === Infinity ? begin : end
}

/**
 * @param {Timeline} timeline
 * @param {number} place
 */
export function outcomeOf({ columns }, place) {
  return OUTCOMES[columns.outcome[place] ?? ''] ?? 'info'
}

/**
 * Seconds since the history began, with so many decimals that times a step apart differ, and at least three.
 *
 * @param {Timeline} timeline
 * @param {number} at
 * @param {number} [stepUnits]
 */
export function secondsAt({ columns: { originNs, unitNs } }, at, stepUnits = 1) {
  const decimals = Math.min(9, Math.max(3, Math.ceil(9 - Math.log10(Math.max(1, stepUnits * unitNs)))))
  const seconds = (originNs + at * unitNs) / 1e9
  if (stepUnits > 1) return `${seconds.toFixed(decimals)} s`
  return `${seconds.toFixed(Math.min(MOST_DECIMALS, decimals)).replace(/(\.\d{3}\d*?)0+$/, '$1')} s`
}

/**
 * @param {Timeline} timeline
 * @param {number} units
 */
export function tookText({ columns: { unitNs } }, units) {
  const ms = (units * unitNs) / 1e6
  const shown = ms >= 1_000 ? ms / 1_000 : ms
  return `${shown.toLocaleString('en', { maximumSignificantDigits: 3 })} ${ms >= 1_000 ? 's' : 'ms'}`
}

/**
 * What was done, and what came of it: `read x → 7`.
 *
 * @param {Timeline} timeline
 * @param {number} place
 */
export function callWords({ columns }, place) {
  const { f, key, input, output, texts } = columns
  const asked = [f, key, input].map((column) => texts[column[place] ?? 0] ?? '').filter((text) => text !== '')
  const found = texts[output[place] ?? 0] ?? ''
  return found === '' || output[place] === input[place] ? asked.join(' ') : `${asked.join(' ')} → ${found}`
}

/**
 * The value alone, for where there is room for no more.
 *
 * @param {Timeline} timeline
 * @param {number} place
 */
export function valueWords({ columns: { input, output, texts } }, place) {
  return texts[output[place] || input[place] || 0] ?? ''
}

/**
 * How an operation ended: `ok after 2.1 ms`.
 *
 * @param {Timeline} timeline
 * @param {number} place
 */
export function endWords(timeline, place) {
  const { begin, end, columns } = timeline
  const error = columns.texts[columns.error[place] ?? 0] ?? ''
  const took = tookText(timeline, (end[place] ?? 0) - (begin[place] ?? 0))
  const when = end[place] === Infinity ? 'never heard of' : `after ${took}`
  const words = { ok: 'ok', fail: 'failed: it did not happen', info: 'unknown: it may have happened, or happen yet' }
  return `${words[outcomeOf(timeline, place)]}, ${when}${error === '' ? '' : ` (${error})`}`
}

/**
 * All of it in one sentence.
 *
 * @param {Timeline} timeline
 * @param {number} place
 */
export function operationWords(timeline, place) {
  const { columns, begin, index } = timeline
  const when = secondsAt(timeline, begin[place] ?? 0)
  return `Operation ${index[place]} of process ${columns.process[place]}, at ${when}: ${callWords(timeline, place)}; ${endWords(timeline, place)}.`
}

/**
 * The last place of a lane, or of all, that was begun at that time or before; -1 when there is none.
 *
 * @param {Timeline} timeline
 * @param {readonly number[]} operations
 * @param {number} at
 */
export function lastBegunBy({ begin }, operations, at) {
  let [low, high] = [0, operations.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((begin[operations[middle] ?? 0] ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return low - 1
}
