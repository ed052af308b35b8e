import { element } from './elements.js'
import { numberTable } from './number-table.js'

/** @import { KillMatrixView } from '../page-data.ts' */

/**
 * Which defects each guarantee was killed by, and what is wrong.
 *
 * @param {KillMatrixView} matrix
 */
export function killMatrix({ name, sentence, rows, findings, tooBroad }) {
  const list = (/** @type {string} */ sign, /** @type {readonly string[]} */ texts) =>
    texts.map((text) => element('li', {}, element('span', { 'aria-hidden': 'true' }, `${sign} `), text))
  return element(
    'div',
    { class: 'panel' },
    element('h3', {}, `Kill matrix of ${name}`),
    element('p', {}, sentence),
    findings.length + tooBroad.length > 0 &&
      element('ul', { class: 'findings' }, ...list('✗', findings), ...list('!', tooBroad)),
    numberTable(
      `Kill matrix of ${name}`,
      ['guarantee', 'reference', 'canary', 'killed by'],
      rows.map((cells) => ({ cells })),
    ),
  )
}
