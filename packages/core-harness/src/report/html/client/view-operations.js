import { badge, isKept } from './badge.js'
import { bullet } from './bullet.js'
import { clock } from './chart-timeline.js'
import { element, factList, section } from './elements.js'
import { numberTable } from './number-table.js'
import { resourcesPanel } from './resources.js'
import { validity } from './workload.js'

/** @import { GuaranteeView, PageData } from '../page-data.ts' */
/** @typedef {{ readonly guarantee: GuaranteeView, readonly index: number }} Numbered */

/**
 * For who runs it: whether service levels are met, what it used, what was done to it, and whether the measurement is good.
 *
 * @param {PageData} data
 */
export function operationsView({ guarantees, facts, severities }) {
  const numbered = guarantees.map((guarantee, index) => ({ guarantee, index }))
  return element(
    'div',
    {},
    ...slaSection(numbered),
    section('Is the measurement good?', qualityOf(numbered)),
    section('What was done to it', faultsOf(numbered)),
    section('Resources', numbered.map(resourcesOf)),
    section(
      'By severity',
      severities.length === 0
        ? []
        : [factList(severities.map(({ severity, count }) => ({ name: severity, value: String(count) })))],
    ),
    section('Where it ran', [factList(facts)]),
  )
}

/** @param {readonly Numbered[]} numbered */
function slaSection(numbered) {
  const rows = numbered.flatMap(({ guarantee: { objectives }, index }) =>
    objectives.map((one) => ({
      guarantee: index,
      cells: [one.id, badge(one.verdict), one.value, bullet(one), one.baseline, one.critical, one.samples],
    })),
  )
  const kept = numbered.filter(({ guarantee }) => isKept(guarantee.status)).length
  const judged = numbered.filter(({ guarantee }) => guarantee.status !== 'not-offered').length
  const met = numbered
    .flatMap(({ guarantee }) => guarantee.objectives)
    .filter(({ verdict }) => verdict === 'pass' || verdict === 'warn').length
  if (rows.length === 0)
    return [
      section('Service levels', [
        element('p', {}, `No objective was measured. ${kept} of ${judged} guarantees are kept.`),
      ]),
    ]
  const head = ['objective', 'verdict', 'value', 'against thresholds', 'baseline', 'critical', 'samples']
  return [
    section('Service levels', [
      element('p', {}, `${met} of ${rows.length} objectives are met; ${kept} of ${judged} guarantees are kept.`),
      numberTable('Objectives', head, rows, [2, 4, 5, 6]),
    ]),
  ]
}

/** @param {readonly Numbered[]} numbered */
function qualityOf(numbered) {
  const measured = numbered.flatMap(({ guarantee: { id, workloads }, index }) =>
    workloads.map((workload) => ({ workload, id, index })),
  )
  if (measured.length === 0) return []
  const head = ['workload', 'measurement', 'planned', 'achieved', 'generator late, p99', 'busiest thread', 'guarantee']
  const rows = measured.map(({ workload: { name, problems, quality }, id, index }) => ({
    guarantee: index,
    cells: [name, badge(problems.length === 0 ? 'pass' : 'invalid'), ...quality, id],
  }))
  const problems = measured
    .filter(({ workload }) => workload.problems.length > 0 || workload.aborted !== '')
    .map(({ workload, index }) =>
      element(
        'div',
        { class: 'panel', 'data-guarantee': String(index) },
        element('h3', {}, workload.name, ' ', element('span', { class: 'muted' }, workload.arrival)),
        ...validity(workload),
        workload.aborted && element('p', { class: 'breach' }, workload.aborted),
      ),
    )
  return [numberTable('Quality of the measurements', head, rows, [2, 3, 4, 5]), ...problems]
}

/** @param {readonly Numbered[]} numbered */
function faultsOf(numbered) {
  const rows = numbered.flatMap(({ guarantee: { id, faults }, index }) =>
    faults.map((one) => ({
      guarantee: index,
      cells: [one.name, one.workload, id, clock(one.fromSecond), clock(one.toSecond)],
    })),
  )
  return rows.length === 0
    ? []
    : [numberTable('Faults', ['fault', 'workload', 'guarantee', 'from', 'to'], rows, [3, 4])]
}

/** @param {Numbered} numbered */
function resourcesOf({ guarantee, index }) {
  const panel = resourcesPanel(guarantee)
  return (
    panel &&
    element(
      'div',
      { class: 'panel', 'data-guarantee': String(index) },
      element('h3', {}, guarantee.statement, ' ', element('span', { class: 'muted' }, guarantee.id)),
      panel,
    )
  )
}
