import { badge } from './badge.js'
import { bullet } from './bullet.js'
import { element } from './elements.js'

/** @import { ObjectiveView } from '../page-data.ts' */

/**
 * One objective: its value against its thresholds and, where it is not met, what was found and what to do.
 *
 * @param {ObjectiveView} objective
 */
export function objectiveRow(objective) {
  const { name, statement, metric, verdict, value, baseline, warning, critical, samples } = objective
  return element(
    'li',
    { class: 'objective' },
    element(
      'div',
      { class: 'objective-head' },
      badge(verdict),
      element('strong', {}, statement),
      element('span', { class: 'muted' }, `${name} · ${metric}`),
    ),
    element(
      'div',
      { class: 'objective-body' },
      element('span', { class: 'value' }, value),
      bullet(objective),
      element(
        'span',
        { class: 'thresholds muted' },
        `baseline ${baseline} · warning ${warning} · critical ${critical} · ${samples} samples`,
      ),
    ),
    verdict !== 'pass' && breach(objective),
  )
}

/** @param {ObjectiveView} objective */
export function breach({ severity, explanation, recommendation }) {
  return element(
    'div',
    { class: 'breach' },
    element('p', {}, element('strong', {}, `${severity}. `), explanation),
    element('p', {}, element('strong', {}, 'What to do: '), recommendation),
  )
}
