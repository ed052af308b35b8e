import { chart } from './chart.js'
import { element } from './elements.js'

/** @import { FaultView, TimelineView } from '../page-data.ts' */

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/**
 * Rate and latency over time, one above the other, with the times of faults shaded.
 *
 * @param {TimelineView} view
 * @param {readonly FaultView[]} faults
 * @param {string} sync
 */
export function timelineCharts({ x, secondsEach, completedPerSecond, lostPerSecond, p50Ms, p99Ms }, faults, sync) {
  if (x.length === 0) return [element('p', { class: 'note' }, 'Nothing was measured by the second.')]
  const each = secondsEach === 1 ? 'each second' : `each ${secondsEach} seconds`
  const shaded = faults.length === 0 ? '' : `; shaded: ${faults.map(({ name }) => name).join(', ')}`
  const shared = { xName: 'time', x, xText: clock, faults, sync }
  return [
    chart({
      ...shared,
      title: 'Rate over time',
      describe: `operations in a second, ${each}${shaded}`,
      unit: '/s',
      height: 170,
      lines: [
        { name: 'completed', colour: '--line-1', values: completedPerSecond },
        { name: 'failed or dropped', colour: '--bad', dash: [3, 3], values: lostPerSecond },
      ],
    }),
    chart({
      ...shared,
      title: 'Latency over time',
      describe: `in milliseconds, of what completed, ${each}${shaded}`,
      unit: 'ms',
      height: 190,
      lines: [
        { name: 'p99', colour: '--line-1', values: p99Ms },
        { name: 'p50', colour: '--line-2', dash: [6, 4], values: p50Ms },
      ],
    }),
  ]
}
