/* global document */
import { statusSign, statusWord } from './badge.js'
import { element } from './elements.js'

/** @import { GuaranteeView, PageData } from '../page-data.ts' */

/**
 * Filters by verdict, package and text. They hide all that carries the number of a guarantee which does not match.
 *
 * @param {PageData} data
 */
export function filterBar({ guarantees, packages }) {
  const statuses = [...new Set(guarantees.map(({ status }) => status))]
  const buttons = statuses.map((status) => {
    const count = guarantees.filter((one) => one.status === status).length
    const button = element(
      'button',
      { type: 'button', class: 'chip', 'aria-pressed': 'false', 'data-status': status },
      `${statusSign(status)} ${statusWord(status)} ${count}`,
    )
    button.addEventListener('click', () => {
      button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') === 'false'))
      apply()
    })
    return button
  })
  const choice = element(
    'select',
    { 'aria-label': 'package' },
    element('option', { value: '' }, 'all packages'),
    ...packages.map((name) => element('option', { value: name }, name)),
  )
  const search = element('input', { type: 'search', placeholder: 'text, id, segment …', 'aria-label': 'text' })
  const found = element('output', { class: 'muted', 'aria-live': 'polite' })
  const apply = () => {
    const wanted = new Set(
      buttons.filter((one) => one.getAttribute('aria-pressed') === 'true').map((one) => one.dataset.status),
    )
    const words = search.value.trim().toLowerCase().split(/\s+/)
    const isShown = guarantees.map(
      (one) =>
        (wanted.size === 0 || wanted.has(one.status)) &&
        (choice.value === '' || one.package === choice.value) &&
        words.every((word) => textOf(one).includes(word)),
    )
    for (const node of document.querySelectorAll('[data-guarantee]'))
      node.toggleAttribute('hidden', !isShown[Number(node.getAttribute('data-guarantee'))])
    const count = isShown.filter(Boolean).length
    found.textContent = `${count} of ${guarantees.length} guarantees`
    document.body.classList.toggle('nothing-found', count === 0)
  }
  choice.addEventListener('change', apply)
  search.addEventListener('input', apply)
  found.textContent = `${guarantees.length} of ${guarantees.length} guarantees`
  return element(
    'div',
    { class: 'filters', role: 'search', 'aria-label': 'guarantees' },
    element('div', { class: 'chips', role: 'group', 'aria-label': 'verdict' }, ...buttons),
    choice,
    search,
    found,
  )
}

/** @param {GuaranteeView} guarantee */
function textOf({ id, statement, package: name, segment, businessGoal, level, objectives }) {
  const own = [id, statement, name, segment, businessGoal, level]
  return [...own, ...objectives.map((one) => `${one.id} ${one.statement}`)].join(' ').toLowerCase()
}
