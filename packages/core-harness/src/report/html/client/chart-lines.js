import { chart } from './chart.js'
import { clock } from './chart-timeline.js'

/** @import { FaultView, ResourceView } from '../page-data.ts' */

const COLOURS = ['--line-1', '--line-2', '--line-3', '--line-4']
const DASHES = [undefined, [6, 4], [2, 3], [10, 4, 2, 4]]

/**
 * One figure over time, with a line for each that was watched; dashes tell lines apart where colours do not.
 *
 * @param {ResourceView} view
 * @param {readonly FaultView[]} faults
 */
export function resourceChart({ metric, unit, x, lines }, faults) {
  return chart({
    title: metric,
    describe: `${unit === '' ? 'count' : unit} over time`,
    xName: 'time',
    x,
    xText: clock,
    unit,
    height: 160,
    faults,
    lines: lines.map(({ of, values }, index) => {
      const dash = DASHES[Math.floor(index / COLOURS.length + index) % DASHES.length]
      return { name: of, colour: COLOURS[index % COLOURS.length] ?? '--line-1', values, ...(dash ? { dash } : {}) }
    }),
  })
}
