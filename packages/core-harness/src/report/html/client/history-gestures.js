/* global WheelEvent */

/**
 * What a pointer, a wheel or a finger asks of a drawing. Places are pixels from its left edge.
 *
 * @typedef {object} Wishes
 * @property {(factor: number, x: number) => void} zoom
 * @property {(pixels: number) => void} pan to the right
 * @property {(event: PointerEvent) => void} point
 * @property {(event: PointerEvent) => void} choose
 * @property {() => void} leave
 */

/** A pointer that moved less has clicked. */
const STILL = 5
const DOUBLE_ZOOM = 0.4

/**
 * The wheel scrolls the page, as everywhere, unless Control or Shift is held or it goes sideways; one finger scrolls the
 * page up and down and the drawing sideways, two zoom.
 *
 * @param {HTMLElement} surface
 * @param {Wishes} wishes
 */
export function followPointers(surface, { zoom, pan, point, choose, leave }) {
  /** @type {Map<number, number>} */
  const down = new Map()
  let moved = 0
  const xIn = (/** @type {MouseEvent} */ event) => event.clientX - surface.getBoundingClientRect().left
  surface.addEventListener(
    'wheel',
    (event) => {
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
      const sideways = event.shiftKey ? event.deltaY + event.deltaX : event.deltaX
      if (event.ctrlKey || event.metaKey) zoom(Math.exp(event.deltaY * pixels * 0.005), xIn(event))
      else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan(sideways * pixels)
      else return
      event.preventDefault()
    },
    { passive: false },
  )
  surface.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse' && event.button !== 0) return
    surface.setPointerCapture(event.pointerId)
    down.set(event.pointerId, xIn(event))
    if (down.size === 1) moved = 0
  })
  surface.addEventListener('pointermove', (event) => {
    const before = down.get(event.pointerId)
    const now = xIn(event)
    if (before === undefined) return point(event)
    const [other] = [...down].filter(([id]) => id !== event.pointerId)
    moved += Math.abs(now - before)
    if (other !== undefined) {
      const [, still] = other
      zoom(Math.abs(before - still) / Math.max(8, Math.abs(now - still)), (now + still) / 2)
    } else if (moved >= STILL) pan(before - now)
    down.set(event.pointerId, now)
  })
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel']))
    surface.addEventListener(type, (event) => {
      if (down.delete(event.pointerId) && type === 'pointerup' && moved < STILL) choose(event)
    })
  surface.addEventListener('pointerleave', leave)
  surface.addEventListener('dblclick', (event) => zoom(DOUBLE_ZOOM, xIn(event)))
}
