/* global history, location */
import { element } from './elements.js'

/**
 * Tabs as a keyboard knows them: one stop for Tab, arrows, Home and End go between them (WAI-ARIA, tabs pattern). The
 * chosen one stands in the address, so that a link leads to it.
 *
 * @param {readonly { readonly id: string, readonly title: string, readonly panel: HTMLElement }[]} views
 */
export function tabs(views) {
  const buttons = views.map(({ id, title }) =>
    element('button', { type: 'button', role: 'tab', id: `tab-${id}`, 'aria-controls': `view-${id}` }, title),
  )
  const choose = (/** @type {number} */ chosen, hasFocus = true) => {
    views.forEach(({ panel }, index) => panel.toggleAttribute('hidden', index !== chosen))
    buttons.forEach((button, index) => {
      button.setAttribute('aria-selected', String(index === chosen))
      button.tabIndex = index === chosen ? 0 : -1
    })
    if (hasFocus) buttons[chosen]?.focus()
  }
  buttons.forEach((button, index) => {
    const last = views.length - 1
    const target = {
      ArrowRight: index === last ? 0 : index + 1,
      ArrowLeft: index === 0 ? last : index - 1,
      Home: 0,
      End: last,
    }
    const go = (/** @type {number} */ to) => {
      choose(to)
      history.replaceState(null, '', `#${views[to]?.id}`)
    }
    button.addEventListener('click', () => go(index))
    button.addEventListener('keydown', (event) => {
      if (!(event.key in target)) return
      event.preventDefault()
      go(target[/** @type {keyof typeof target} */ (event.key)])
    })
  })
  for (const { id, panel } of views) {
    // Not the name that stands in the address: the browser would jump to it.
    panel.id = `view-${id}`
    panel.setAttribute('role', 'tabpanel')
    panel.setAttribute('aria-labelledby', `tab-${id}`)
  }
  choose(
    Math.max(
      0,
      views.findIndex(({ id }) => `#${id}` === location.hash),
    ),
    false,
  )
  return element('div', { class: 'tabs', role: 'tablist', 'aria-label': 'views' }, ...buttons)
}
