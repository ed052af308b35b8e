import { percentilesChart } from './chart-percentiles.js'
import { timelineCharts } from './chart-timeline.js'
import { element, factList } from './elements.js'
import { numberTable } from './number-table.js'

/** @import { WorkloadView } from '../page-data.ts' */

/**
 * What one workload measured.
 *
 * @param {WorkloadView} workload
 * @param {string} sync a name that no other workload has
 */
export function workloadPanel(workload, sync) {
  const { name, arrival, facts, aborted, percentiles, timeline, faults, operations, measures, counters, errors } =
    workload
  return element(
    'div',
    { class: 'workload' },
    element('h4', {}, `Workload ${name}`, ' ', element('span', { class: 'muted' }, arrival)),
    ...validity(workload),
    aborted && element('p', { class: 'breach' }, aborted),
    element(
      'div',
      { class: 'charts' },
      percentilesChart(percentiles),
      element('div', {}, ...timelineCharts(timeline, faults, sync)),
    ),
    factList(facts),
    operations.length > 0 &&
      numberTable(
        `Operations of ${name}`,
        ['operations', 'planned', 'completed', 'failed', 'dropped', 'p50', 'p99', 'p99.9'],
        operations.map((cells) => ({ cells })),
        [1, 2, 3, 4, 5, 6, 7],
      ),
    measures.length > 0 &&
      numberTable(
        `Measured by operations of ${name}`,
        ['measured by operations', 'samples', 'p50', 'p99', 'p99.9', 'highest'],
        measures.map((cells) => ({ cells })),
        [1, 2, 3, 4, 5],
      ),
    counters.length > 0 && factList(counters),
    errors.length > 0 &&
      numberTable(
        `Errors of ${name}`,
        ['operation', 'error', 'times', 'first after'],
        errors.map((cells) => ({ cells })),
        [2, 3],
      ),
  )
}

/**
 * Why a measurement was not good enough.
 *
 * @param {WorkloadView} workload
 */
export function validity({ problems }) {
  return problems.map(({ kind, found, remedy }) =>
    element(
      'div',
      { class: 'breach' },
      element('p', {}, element('strong', {}, `Not good enough to judge by (${kind}). `), found),
      element('p', {}, element('strong', {}, 'What to do: '), remedy),
    ),
  )
}
