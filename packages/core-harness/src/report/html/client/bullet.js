import { drawn } from './elements.js'

/** @import { ObjectiveView } from '../page-data.ts' */

const WIDTH = 260
const HEIGHT = 30
const BAR = { y: 9, height: 12 }

/**
 * The value of an objective against its thresholds.
 *
 * @param {ObjectiveView} objective
 */
export function bullet({ bullet: { zones, marks, value, isBeyond }, baseline, warning, critical, value: text }) {
  const described = `${text}; baseline ${baseline}, warning ${warning}, critical ${critical}`
  const bars = zones.map(({ from, to, kind }) =>
    drawn('rect', { class: `zone-${kind}`, x: from * WIDTH, width: (to - from) * WIDTH, ...BAR }),
  )
  const lines = marks.map(({ at, name }) =>
    drawn('line', { class: 'mark', x1: at * WIDTH, x2: at * WIDTH, y1: 5, y2: 25 }, drawn('title', {}, name)),
  )
  return drawn(
    'svg',
    { class: 'bullet', viewBox: `-8 0 ${WIDTH + 16} ${HEIGHT}`, role: 'img', 'aria-label': described },
    ...bars,
    ...lines,
    value !== null && (isBeyond ? arrow(value) : needle(value)),
  )
}

/** @param {number} at */
function needle(at) {
  return drawn('path', { class: 'needle', d: `M${at * WIDTH} 15 m-6 0 l6 -7 l6 7 l-6 7 z` })
}

/** @param {number} at the end of the bar that the value lies beyond */
function arrow(at) {
  const turn = at > 0.5 ? 1 : -1
  return drawn('path', { class: 'needle', d: `M${at * WIDTH - turn * 6} 7 l${turn * 12} 8 l${-turn * 12} 8 z` })
}
