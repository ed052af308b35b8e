import { badge, isKept, toneOf } from './badge.js'
import { element, factList } from './elements.js'
import { historyPanel } from './history-panel.js'
import { objectiveRow } from './objective.js'
import { resourcesPanel } from './resources.js'
import { trends } from './trend.js'
import { workloadPanel } from './workload.js'

/** @import { GuaranteeView } from '../page-data.ts' */

/** @type {WeakMap<HTMLDetailsElement, () => void>} */
const fillers = new WeakMap()

/**
 * Everything about one guarantee. What is inside is made when it is opened first.
 *
 * @param {GuaranteeView} guarantee
 * @param {number} index of the guarantee
 * @param {boolean} isOpen
 */
export function guaranteeCard(guarantee, index, isOpen) {
  const { id, statement, level, status, package: name, revenue } = guarantee
  const card = element(
    'details',
    { class: `card tone-${toneOf(status)}`, 'data-guarantee': String(index) },
    element(
      'summary',
      {},
      badge(status),
      element(
        'span',
        { class: 'card-title' },
        element('strong', {}, statement),
        element('span', { class: 'muted' }, `${id} · ${level} · ${name} · ${revenue} a month`),
      ),
    ),
  )
  fillers.set(card, () => card.append(cardBody(guarantee, index)))
  card.addEventListener('toggle', () => fill(card))
  card.open = isOpen
  return card
}

/** @param {HTMLDetailsElement} card */
function fill(card) {
  fillers.get(card)?.()
  fillers.delete(card)
}

/**
 * Opens a card, with all that is in it at once: the event of its own would come later.
 *
 * @param {HTMLDetailsElement} card
 */
export function openCard(card) {
  fill(card)
  card.open = true
}

/**
 * @param {GuaranteeView} guarantee
 * @param {number} index
 */
function cardBody(guarantee, index) {
  const { businessGoal, segment, facts, evidence, reason, reproduce, status, objectives, workloads, histories } =
    guarantee
  return element(
    'div',
    { class: 'card-body' },
    element('p', { class: 'muted' }, `${businessGoal} (${segment})`),
    reason !== '' && element('pre', { class: 'reason', tabindex: '0', 'aria-label': 'what was found' }, reason),
    objectives.length > 0 && element('h4', {}, 'Objectives'),
    objectives.length > 0 && element('ul', { class: 'objectives' }, ...objectives.map(objectiveRow)),
    ...histories.map(historyPanel),
    ...workloads.map((one, position) => workloadPanel(one, `${index}-${position}`)),
    resourcesPanel(guarantee),
    trends(objectives),
    factList(facts),
    evidence.length > 0 && element('h4', {}, 'Evidence'),
    factList(evidence),
    !isKept(status) && status !== 'not-offered' && element('p', {}, 'Again: ', element('code', {}, reproduce)),
  )
}
