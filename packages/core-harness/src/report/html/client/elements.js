/* global document */

/** @typedef {Node | string | number | null | undefined | false} Child what is no node is text, or left out */

const SVG = 'http://www.w3.org/2000/svg'

/**
 * Makes an element. Texts become text nodes, so that nothing of the record is ever read as HTML.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Readonly<Record<string, string>>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  append(made, children)
  return made
}

/**
 * Makes an element of a drawing.
 *
 * @param {string} name
 * @param {Readonly<Record<string, string | number>>} [attributes]
 * @param {...Child} children
 */
export function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  append(made, children)
  return made
}

/**
 * @param {Element} parent
 * @param {readonly Child[]} children
 */
function append(parent, children) {
  for (const child of children)
    if (child !== null && child !== undefined && child !== false && child !== '')
      parent.append(typeof child === 'object' ? child : String(child))
}

/**
 * A heading with what belongs under it; nothing when that is nothing.
 *
 * @param {string} title
 * @param {readonly Child[]} content
 * @param {string} [note]
 */
export function section(title, content, note = '') {
  const shown = content.filter((child) => child !== null && child !== undefined && child !== false && child !== '')
  if (shown.length === 0) return null
  return element('section', {}, element('h2', {}, title), note && element('p', { class: 'note' }, note), ...shown)
}

/** @param {readonly import('../page-data.ts').Fact[]} facts */
export function factList(facts) {
  const pairs = facts.map(({ name, value }) => element('div', {}, element('dt', {}, name), element('dd', {}, value)))
  return facts.length === 0 ? null : element('dl', { class: 'facts' }, ...pairs)
}
