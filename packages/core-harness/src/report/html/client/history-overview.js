/** @import { Palette } from './history-palette.js' */
/** @import { Scene } from './history-marks.js' */
import { wholeOf } from './history-window.js'
import { drawFaults, xOf } from './history-marks.js'

/**
 * The whole history in a strip: how many operations began where, the faults, the anomaly, and which part is in sight.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Scene} scene
 * @param {number} height
 */
export function drawOverview(context, colours, scene, height) {
  const { timeline, shown, left, width, marked } = scene
  const whole = { ...scene, shown: wholeOf(timeline) }
  const counts = new Float64Array(Math.max(1, Math.ceil((width - left) / 2)))
  for (const at of timeline.begin) {
    const column = Math.floor((xOf(whole, at) - left) / 2)
    counts[column] = (counts[column] ?? 0) + 1
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 1)
  drawFaults(context, colours, whole, height, null)
  context.fillStyle = colours.ok
  counts.forEach((count, column) => {
    const tall = count === 0 ? 0 : Math.max(2, (count / most) * (height - 10))
    context.fillRect(left + 2 * column, height - tall, 2, tall)
  })
  context.fillStyle = colours.bad
  for (const place of marked.keys()) {
    const x = xOf(whole, timeline.begin[place] ?? 0)
    context.beginPath()
    context.moveTo(x - 5, 0)
    context.lineTo(x + 5, 0)
    context.lineTo(x, 8)
    context.fill()
  }
  const [from, to] = [xOf(whole, shown.from), xOf(whole, shown.to)]
  context.strokeStyle = colours.accent
  context.lineWidth = 2
  context.strokeRect(from + 1, 1, Math.max(4, to - from - 2), height - 2)
  context.fillStyle = colours.muted
  context.fillText(left > 60 ? 'all of it' : 'all', 2, height / 2)
}
