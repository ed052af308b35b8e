import { element } from './elements.js'

/** @import { Child } from './elements.js' */

/**
 * A table that scrolls by itself where the page is narrow, by touch and by keyboard.
 *
 * @param {string} caption
 * @param {readonly string[]} head names of the columns; the first is what a row is about
 * @param {readonly { readonly cells: readonly Child[], readonly guarantee?: number }[]} rows
 * @param {readonly number[]} [numeric] columns of numbers, counted from 0
 */
export function numberTable(caption, head, rows, numeric = []) {
  const isNumber = new Set(numeric)
  const className = (/** @type {number} */ column) => ({ class: isNumber.has(column) ? 'number' : 'text' })
  const headRow = element(
    'tr',
    {},
    ...head.map((name, column) => element('th', { scope: 'col', ...className(column) }, name)),
  )
  const body = rows.map(({ cells, guarantee }) =>
    element(
      'tr',
      guarantee === undefined ? {} : { 'data-guarantee': String(guarantee) },
      ...cells.map((cell, column) =>
        column === 0 ? element('th', { scope: 'row', ...className(0) }, cell) : element('td', className(column), cell),
      ),
    ),
  )
  const table = element(
    'table',
    {},
    element('caption', { class: 'for-readers' }, caption),
    element('thead', {}, headRow),
    element('tbody', {}, ...body),
  )
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, table)
}
