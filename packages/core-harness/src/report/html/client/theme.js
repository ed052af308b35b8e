/* global document, getComputedStyle, matchMedia */
import { element } from './elements.js'

const THEMES = ['auto', 'light', 'dark']

/** @type {Set<() => void>} */
const followers = new Set()

/**
 * Calls back when colours have changed, which a canvas does not notice by itself.
 *
 * @param {() => void} redraw
 */
export function onThemeChange(redraw) {
  followers.add(redraw)
}

/** A button that goes through: as the system has it, light, dark. */
export function themeSwitch() {
  const button = element('button', { type: 'button', class: 'quiet' }, 'Theme: auto')
  button.addEventListener('click', () => {
    const current = document.documentElement.dataset.theme ?? 'auto'
    setTheme(THEMES[(THEMES.indexOf(current) + 1) % THEMES.length] ?? 'auto')
    button.textContent = `Theme: ${document.documentElement.dataset.theme}`
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tellFollowers)
  return button
}

/** @param {string} theme */
export function setTheme(theme) {
  document.documentElement.dataset.theme = theme
  tellFollowers()
}

function tellFollowers() {
  for (const redraw of followers) redraw()
}

/**
 * A colour of the style sheet as a canvas takes it: as it is now.
 *
 * @param {string} token `--accent`
 */
export function colourOf(token) {
  const probe = element('span')
  probe.style.color = `var(${token})`
  document.body.append(probe)
  const colour = getComputedStyle(probe).color
  probe.remove()
  return colour
}
