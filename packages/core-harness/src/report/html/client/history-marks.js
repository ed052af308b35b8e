/* global Path2D */
/** @import { Outcome } from './history-data.js' */
/** @import { Palette } from './history-palette.js' */

/** What is in sight of a drawing, and what stands out in it. */
/**
 * @typedef {object} Scene
 * @property {import('./history-data.js').Timeline} timeline
 * @property {import('./history-window.js').TimeWindow} shown
 * @property {ReadonlyMap<number, number>} marked place of an operation, and its number in the anomaly
 * @property {number | null} chosen place of the operation that is told of
 * @property {number} left where time begins: before it are names
 * @property {number} width
 */

/**
 * @param {Scene} scene
 * @param {number} at
 */
export function xOf({ shown, left, width }, at) {
  return left + ((at - shown.from) / (shown.to - shown.from)) * (width - left)
}

/**
 * @param {Scene} scene
 * @param {number} x
 */
export function timeAt({ shown, left, width }, x) {
  return shown.from + ((x - left) / Math.max(1, width - left)) * (shown.to - shown.from)
}

/**
 * A canvas made ready to be drawn anew, sharp on any screen.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function cleared(canvas, width, height) {
  const scale = globalThis.devicePixelRatio || 1
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)]
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high })
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'))
  context.setTransform(scale, 0, 0, scale, 0, 0)
  context.clearRect(0, 0, width, height)
  context.font = '11px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace'
  context.textBaseline = 'middle'
  return context
}

/**
 * The sign of an outcome where there is no room for a bar: a block, a cross, an open triangle.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Outcome} outcome
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
export function drawSign(context, colours, outcome, x, y, size) {
  const half = size / 2
  context.lineWidth = 1.5
  if (outcome === 'ok') {
    context.fillStyle = colours.ok
    context.fillRect(x - 1, y - half, 2.5, size)
  } else if (outcome === 'fail') {
    context.strokeStyle = colours.fail
    context.stroke(crossPath(x, y, half * 0.7))
  } else {
    context.strokeStyle = colours.info
    context.fillStyle = colours.surface
    const triangle = new Path2D()
    triangle.moveTo(x - half * 0.5, y - half * 0.8)
    triangle.lineTo(x + half * 0.9, y)
    triangle.lineTo(x - half * 0.5, y + half * 0.8)
    triangle.closePath()
    context.fill(triangle)
    context.stroke(triangle)
  }
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} half
 */
export function crossPath(x, y, half) {
  const cross = new Path2D()
  cross.moveTo(x - half, y - half)
  cross.lineTo(x + half, y + half)
  cross.moveTo(x + half, y - half)
  cross.lineTo(x - half, y + half)
  return cross
}

/**
 * The number of an operation in the anomaly.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {number} number
 * @param {number} x
 * @param {number} y
 */
export function drawNumber(context, colours, number, x, y) {
  context.beginPath()
  context.arc(x, y, 7.5, 0, 2 * Math.PI)
  context.fillStyle = colours.bad
  context.fill()
  context.strokeStyle = colours.surface
  context.lineWidth = 1.5
  context.stroke()
  context.fillStyle = colours.surface
  context.textAlign = 'center'
  context.fillText(String(number), x, y + 0.5)
  context.textAlign = 'left'
}

/**
 * When the system was disturbed on purpose: shaded, with an edge, and its name.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Scene} scene
 * @param {number} height
 * @param {number | null} nameAt
 */
export function drawFaults(context, colours, scene, height, nameAt) {
  for (const { name, from, to } of scene.timeline.faults) {
    const [start, end] = [from, to].map((at) => Math.min(scene.width, Math.max(scene.left, xOf(scene, at))))
    if (start === undefined || end === undefined || to < scene.shown.from || from > scene.shown.to) continue
    context.fillStyle = colours.fault
    context.fillRect(start, 0, Math.max(2, end - start), height)
    context.strokeStyle = colours.bad
    context.lineWidth = 1
    context.setLineDash([2, 3])
    context.strokeRect(start + 0.5, -1, Math.max(2, end - start), height + 2)
    context.setLineDash([])
    if (nameAt === null) continue
    context.fillStyle = colours.text
    context.fillText(name.length > 24 ? `${name.slice(0, 24)}…` : name, start + 5, nameAt)
  }
}
