/** @import { Palette } from './history-palette.js' */
/** @import { Scene } from './history-marks.js' */
import { lastKnown, outcomeOf, tookText } from './history-data.js'
import { drawFaults, drawNumber, drawSign, xOf } from './history-marks.js'

/** Room for the names of faults above, and for points below. */
const TOP = 18
const BOTTOM = 8

/**
 * How long each operation took, over the time at which it began, on a logarithmic scale; what was never heard of stands at
 * the upper edge.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Scene} scene
 * @param {number} height
 */
export function drawLatency(context, colours, scene, height) {
  const { timeline, shown, left, width, marked, chosen } = scene
  const { begin, end } = timeline
  const [least, most] = rangeOf(timeline)
  const [low, high] = [Math.log10(least), Math.log10(most)]
  const yOf = (/** @type {number} */ took) =>
    TOP + (1 - (Math.log10(Math.max(least, took)) - low) / Math.max(0.3, high - low)) * (height - TOP - BOTTOM)
  drawFaults(context, colours, scene, height, TOP / 2)
  for (let decade = Math.ceil(low - 1e-9); decade <= high + 1e-9; decade++) {
    const y = Math.round(yOf(10 ** decade))
    context.fillStyle = colours.grid
    context.fillRect(left, y, width - left, 1)
    context.fillStyle = colours.muted
    context.fillText(tookText(timeline, 10 ** decade), 2, y)
  }
  /** One point of each kind in a place is all that can be seen. */
  const taken = new Set()
  /** @type {(() => void)[]} */
  const onTop = []
  for (let place = 0; place < timeline.count; place++) {
    const at = begin[place] ?? 0
    if (at < shown.from || at > shown.to) continue
    const outcome = outcomeOf(timeline, place)
    const x = xOf(scene, at)
    const y = end[place] === Infinity ? TOP : yOf(lastKnown(at, end[place] ?? 0) - at)
    const spot = `${outcome}${Math.round(x / 2)}:${Math.round(y / 2)}`
    const number = marked.get(place)
    if (number !== undefined) onTop.push(() => drawNumber(context, colours, number, x, y))
    else if (place === chosen) onTop.push(() => ring(context, colours, x, y))
    if (taken.has(spot)) continue
    taken.add(spot)
    if (outcome === 'ok') {
      context.fillStyle = colours.ok
      context.fillRect(x - 1.5, y - 1.5, 3, 3)
    } else drawSign(context, colours, outcome, x, y, 9)
  }
  for (const draw of onTop) draw()
}

/**
 * @param {import('./history-data.js').Timeline} timeline
 * @returns {[number, number]}
 */
function rangeOf({ begin, end, count }) {
  let [least, most] = [Infinity, 1]
  for (let place = 0; place < count; place++) {
    if (end[place] === Infinity) continue
    const took = Math.max(1, (end[place] ?? 0) - (begin[place] ?? 0))
    least = Math.min(least, took)
    most = Math.max(most, took)
  }
  return [Math.min(least, most), most]
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {number} x
 * @param {number} y
 */
function ring(context, colours, x, y) {
  context.beginPath()
  context.arc(x, y, 6, 0, 2 * Math.PI)
  context.strokeStyle = colours.text
  context.lineWidth = 2
  context.stroke()
}
