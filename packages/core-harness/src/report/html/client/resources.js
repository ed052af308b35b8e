import { resourceChart } from './chart-lines.js'
import { element } from './elements.js'
import { numberTable } from './number-table.js'

/** @import { GuaranteeView } from '../page-data.ts' */

/**
 * What processes and dependencies used while a guarantee was measured. Faults are shaded where there is one workload, to
 * whose beginning both refer.
 *
 * @param {GuaranteeView} guarantee
 */
export function resourcesPanel({ id, resources, faults, workloads }) {
  if (resources.length === 0) return null
  const shaded = workloads.length === 1 ? faults : []
  return element(
    'div',
    { class: 'workload' },
    element('h4', {}, 'Resources'),
    ...resources.flatMap(({ notes }) => notes.map((note) => element('p', { class: 'note' }, note))),
    element('div', { class: 'charts' }, ...resources.map((one) => resourceChart(one, shaded))),
    numberTable(
      `Resources of ${id}`,
      ['resource', 'of', 'start', 'mean', 'peak', 'end', 'growth'],
      resources.flatMap(({ metric, rows }) => rows.map((cells) => ({ cells: [metric, ...cells] }))),
      [2, 3, 4, 5, 6],
    ),
  )
}
