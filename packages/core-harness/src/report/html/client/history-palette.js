import { colourOf, onThemeChange } from './theme.js'

const PALETTE_TOKENS = {
  text: '--text',
  muted: '--muted',
  grid: '--grid',
  edge: '--edge',
  surface: '--surface',
  accent: '--accent',
  ok: '--ok-edge',
  okSoft: '--ok-bar',
  fail: '--fail-edge',
  info: '--warn',
  infoSoft: '--warn-soft',
  bad: '--bad',
  badSoft: '--bad-soft',
  fault: '--fault',
}

/** @typedef {Record<keyof typeof PALETTE_TOKENS, string>} Palette */

/** @type {Palette | undefined} */
let paletteNow

/** The colours of drawings of histories as they are now. */
export function palette() {
  paletteNow ??= /** @type {Palette} */ (
    Object.fromEntries(Object.entries(PALETTE_TOKENS).map(([name, token]) => [name, colourOf(token)]))
  )
  return paletteNow
}

// Before any drawing follows: its own follower comes later, and finds the new colours.
onThemeChange(() => (paletteNow = undefined))
