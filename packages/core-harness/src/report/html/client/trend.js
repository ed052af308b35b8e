import { chart } from './chart.js'
import { element } from './elements.js'

/** @import { ObjectiveView } from '../page-data.ts' */

/**
 * The values of objectives over earlier runs and this one.
 *
 * @param {readonly ObjectiveView[]} objectives
 */
export function trends(objectives) {
  if (objectives.length === 0) return null
  const known = objectives.filter(({ trend: { labels } }) => labels.length > 0)
  const unknown = objectives.filter((one) => !known.includes(one)).map(({ name }) => name)
  return element(
    'div',
    { class: 'workload' },
    element('h4', {}, 'Trend'),
    known.length > 0 && element('div', { class: 'charts' }, ...known.map(trendChart)),
    unknown.length > 0 &&
      element('p', { class: 'note' }, `There are no earlier values to compare with for ${unknown.join(', ')}.`),
  )
}

/** @param {ObjectiveView} objective */
function trendChart({ name, trend: { labels, values, unit, baseline, critical } }) {
  const x = labels.map((_, index) => index)
  const last = labels.length - 1
  return chart({
    title: name,
    describe: `${unit}, over ${last} earlier ${last === 1 ? 'run' : 'runs'} and this one; across: baseline and critical`,
    xName: 'run',
    x,
    xText: (at) => (Number.isInteger(at) ? shortLabel(labels[at], at, last) : ''),
    xMarks: last < 2 ? x : [0, Math.round(last / 2), last],
    unit,
    height: 160,
    lines: [{ name, colour: '--line-1', values }],
    levels: [
      { at: baseline, colour: '--good' },
      { at: critical, colour: '--bad' },
    ],
  })
}

/**
 * @param {string | undefined} label
 * @param {number} at
 * @param {number} last
 */
function shortLabel(label = '', at, last) {
  return at === last ? 'now' : label.slice(5, 10)
}
