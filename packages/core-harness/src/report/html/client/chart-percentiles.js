import { chart } from './chart.js'
import { element } from './elements.js'

/** @import { PercentilesView } from '../page-data.ts' */

const MARKS = [2, 10, 100, 1_000, 10_000]

/**
 * Latency by percentile, with the same room for each further nine.
 *
 * @param {PercentilesView} view
 */
export function percentilesChart({ x, response, service, note }) {
  if (x.length === 0) return element('p', { class: 'note' }, note)
  const figure = chart({
    title: 'Latency by percentile',
    describe: 'in milliseconds; response counts from when an operation was due, service from when it was sent',
    xName: 'percentile',
    x,
    xText: percentileText,
    xMarks: MARKS.filter((mark) => mark <= (x.at(-1) ?? 0)),
    isLogX: true,
    unit: 'ms',
    height: 300,
    lines: [
      { name: 'response', colour: '--line-1', values: response },
      { name: 'service', colour: '--line-2', dash: [6, 4], values: service },
    ],
  })
  if (note !== '') figure.append(element('p', { class: 'note' }, note))
  return figure
}

/** @param {number} x `1 / (1 - p)` */
function percentileText(x) {
  return `p${(100 * (1 - 1 / x)).toLocaleString('en', { maximumSignificantDigits: x >= 1_000 ? 5 : 4 })}`
}
