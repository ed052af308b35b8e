import { element, section } from './elements.js'
import { guaranteeCard, openCard } from './guarantee-card.js'
import { isKept } from './badge.js'
import { killMatrix } from './kill-matrix.js'

/** @import { PageData } from '../page-data.ts' */
/** @import { Status } from './badge.js' */

/**
 * For who mends it: everything.
 *
 * @param {PageData} data
 */
export function engineeringView({ guarantees, failures, killMatrices }) {
  const numbered = guarantees.map((guarantee, index) => ({ guarantee, index, isRed: isRed(guarantee.status) }))
  // What is red is what one has come for; where nothing is, the first that has something to show.
  const firstMeasured = guarantees.findIndex(({ workloads }) => workloads.length > 0)
  const isAnyRed = numbered.some((one) => one.isRed)
  const cards = numbered
    .toSorted((a, b) => Number(b.isRed) - Number(a.isRed))
    .map((one) => guaranteeCard(one.guarantee, one.index, isAnyRed ? one.isRed : one.index === firstMeasured))
  const [open, close] = ['Open all', 'Close all'].map((text) =>
    element('button', { type: 'button', class: 'quiet' }, text),
  )
  open?.addEventListener('click', () => cards.forEach(openCard))
  close?.addEventListener('click', () => cards.forEach((card) => (card.open = false)))
  return element(
    'div',
    {},
    section('Guarantees', cards.length === 0 ? [] : [element('div', { class: 'actions' }, open, close), ...cards]),
    section(
      'Failed, and no guarantee',
      failures.map(({ package: name, name: test, message }) =>
        element(
          'div',
          { class: 'panel' },
          element('h3', {}, `${name}: ${test}`),
          element('pre', { class: 'reason', tabindex: '0', 'aria-label': 'what was found' }, message),
        ),
      ),
    ),
    section(
      'Can the tests fail?',
      killMatrices.map(killMatrix),
      'Prove puts adapters with a known defect to the tests: each has to be caught.',
    ),
  )
}

/** @param {Status} status */
function isRed(status) {
  return !isKept(status) && status !== 'not-offered'
}
