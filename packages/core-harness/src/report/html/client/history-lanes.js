/** @import { Lane } from './history-data.js' */
/** @import { Palette } from './history-palette.js' */
/** @import { Scene } from './history-marks.js' */
import { callWords, lastBegunBy, outcomeOf, secondsAt, valueWords } from './history-data.js'
import { crossPath, drawFaults, drawNumber, drawSign, timeAt, xOf } from './history-marks.js'
import { roundTimes } from './history-window.js'

export const LANE_HEIGHT = 34
export const AXIS_HEIGHT = 24
const BAR_HEIGHT = 19
/** A bar narrower than this is a sign. */
const LEAST_BAR = 8
/** Less than a bar: among many that are short, a long one stands out. */
const SIGN_HEIGHT = 12
const LETTER = 6.7

/**
 * Draws the lanes that are in sight, one below the other, below an axis of time.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Scene} scene
 * @param {readonly Lane[]} lanes
 * @param {number} scrolled pixels above the first lane in sight
 * @param {number} height
 */
export function drawLanes(context, colours, scene, lanes, scrolled, height) {
  const first = Math.max(0, Math.floor(scrolled / LANE_HEIGHT))
  const last = Math.min(lanes.length - 1, Math.floor((scrolled + height - AXIS_HEIGHT) / LANE_HEIGHT))
  context.save()
  context.beginPath()
  context.rect(0, AXIS_HEIGHT, scene.width, height)
  context.clip()
  drawFaults(context, colours, scene, height, null)
  drawGrid(context, colours, scene, height)
  for (let number = first; number <= last; number++) {
    const lane = lanes[number]
    if (lane) drawLane(context, colours, scene, lane, AXIS_HEIGHT + number * LANE_HEIGHT - scrolled)
  }
  context.restore()
  drawAxis(context, colours, scene)
  const below = Math.round(lanes.length - (scrolled + height - AXIS_HEIGHT) / LANE_HEIGHT)
  if (below > 0) drawMore(context, colours, `▾ ${below} more`, scene.width, height - 12)
  if (first > 0) drawMore(context, colours, `▴ ${first} more`, scene.width, AXIS_HEIGHT + 12)
}

/**
 * That there are lanes out of sight.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {string} text
 * @param {number} right
 * @param {number} middle
 */
function drawMore(context, colours, text, right, middle) {
  const wide = context.measureText(text).width + 16
  context.beginPath()
  context.roundRect(right - wide - 8, middle - 10, wide, 20, 10)
  context.fillStyle = colours.surface
  context.fill()
  context.strokeStyle = colours.muted
  context.lineWidth = 1
  context.stroke()
  context.fillStyle = colours.text
  context.fillText(text, right - wide, middle + 0.5)
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Scene} scene
 * @param {number} height
 */
function drawGrid(context, colours, scene, height) {
  context.fillStyle = colours.grid
  for (const at of marksOf(scene).times) context.fillRect(Math.round(xOf(scene, at)), AXIS_HEIGHT, 1, height)
}

/** @param {Scene} scene */
function marksOf({ timeline: { columns }, shown, left, width }) {
  return roundTimes(shown, columns.originNs / columns.unitNs, (width - left) / 130)
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Scene} scene
 */
function drawAxis(context, colours, scene) {
  const { timeline, left, width } = scene
  const { step, times } = marksOf(scene)
  context.textAlign = 'center'
  for (const at of times) {
    const x = xOf(scene, at)
    context.fillStyle = colours.grid
    context.fillRect(Math.round(x), AXIS_HEIGHT - 5, 1, 5)
    context.fillStyle = colours.muted
    if (x > left + 28 && x < width - 28) context.fillText(secondsAt(timeline, at, step), x, AXIS_HEIGHT / 2 - 2)
  }
  context.textAlign = 'left'
  context.fillStyle = colours.edge
  context.fillRect(left, AXIS_HEIGHT - 1, width - left, 1)
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Scene} scene
 * @param {Lane} lane
 * @param {number} top
 */
function drawLane(context, colours, scene, { process, operations }, top) {
  const { timeline, shown, left, width, marked, chosen } = scene
  const middle = top + LANE_HEIGHT / 2
  context.fillStyle = colours.grid
  context.fillRect(left, Math.round(middle), width - left, 1)
  context.fillStyle = colours.muted
  context.fillText(left > 60 ? `process ${process}` : `p${process}`, 2, middle)
  context.save()
  context.beginPath()
  context.rect(left, top, width - left, LANE_HEIGHT)
  context.clip()
  /** Where the last sign of each kind stands: another one in the same column would not be seen. */
  const drawnAt = { ok: -1, fail: -1, info: -1 }
  /** @type {number[]} */
  const onTop = []
  const begun = Math.max(0, lastBegunBy(timeline, operations, shown.from))
  for (let number = begun; number < operations.length; number++) {
    const place = operations[number] ?? 0
    if ((timeline.begin[place] ?? 0) > shown.to) break
    if (marked.has(place) || place === chosen) onTop.push(place)
    else drawOperation(context, colours, scene, place, middle, drawnAt)
  }
  for (const place of onTop) drawOperation(context, colours, scene, place, middle, null)
  context.restore()
  for (const place of onTop) {
    const number = marked.get(place)
    const x = xOf(scene, timeline.begin[place] ?? 0)
    if (number !== undefined && x >= left - 7) drawNumber(context, colours, number, x + 1, middle - BAR_HEIGHT / 2)
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Scene} scene
 * @param {number} place
 * @param {number} middle
 * @param {Record<'ok' | 'fail' | 'info', number> | null} drawnAt null: draws it in any case
 */
function drawOperation(context, colours, scene, place, middle, drawnAt) {
  const { timeline, left, width, marked, chosen } = scene
  const outcome = outcomeOf(timeline, place)
  const [begin, end] = [timeline.begin[place] ?? 0, timeline.end[place] ?? Infinity]
  const x = xOf(scene, begin)
  const until = end === Infinity ? width + 10 : xOf(scene, end)
  const isMarked = marked.has(place)
  if (outcome === 'info') drawTail(context, colours, Math.max(left, until), width, middle)
  if (until - x < LEAST_BAR) {
    const column = Math.floor((x + until) / 2)
    if (drawnAt && drawnAt[outcome] === column) return
    if (drawnAt) drawnAt[outcome] = column
    if (isMarked || place === chosen) {
      context.fillStyle = isMarked ? colours.bad : colours.text
      context.fillRect(column - 4, middle - BAR_HEIGHT / 2 - 1, 9, BAR_HEIGHT + 2)
    }
    drawSign(context, colours, outcome, column, middle, SIGN_HEIGHT)
    return
  }
  const from = Math.max(left - 10, x)
  const to = Math.min(width + 10, until)
  const top = middle - BAR_HEIGHT / 2
  context.beginPath()
  context.roundRect(from, top, to - from, BAR_HEIGHT, outcome === 'info' ? [3, 0, 0, 3] : 3)
  const soft = { ok: colours.okSoft, fail: colours.surface, info: colours.infoSoft }[outcome]
  const edge = { ok: colours.ok, fail: colours.fail, info: colours.info }[outcome]
  context.fillStyle = isMarked ? colours.badSoft : soft
  context.fill()
  if (outcome === 'fail') strikeThrough(context, colours, from, to, top)
  context.strokeStyle = isMarked ? colours.bad : place === chosen ? colours.text : edge
  context.lineWidth = isMarked || place === chosen ? 2 : 1
  context.setLineDash(outcome === 'info' ? [4, 3] : [])
  context.stroke()
  context.setLineDash([])
  writeOn(context, colours, timeline, place, outcome, Math.max(left, from), Math.min(width, to), middle, isMarked)
}

/** What is unknown may happen as long as the system lives. */
/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {number} from
 * @param {number} to
 * @param {number} middle
 */
function drawTail(context, colours, from, to, middle) {
  if (to <= from) return
  context.strokeStyle = colours.info
  context.lineWidth = 1.5
  context.setLineDash([2, 4])
  context.beginPath()
  context.moveTo(from, middle + 0.5)
  context.lineTo(to, middle + 0.5)
  context.stroke()
  context.setLineDash([])
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {number} from
 * @param {number} to
 * @param {number} top
 */
function strikeThrough(context, colours, from, to, top) {
  context.save()
  context.clip()
  context.strokeStyle = colours.edge
  context.lineWidth = 1
  context.beginPath()
  for (let x = from - BAR_HEIGHT; x < to; x += 7) {
    context.moveTo(x, top + BAR_HEIGHT)
    context.lineTo(x + BAR_HEIGHT, top)
  }
  context.stroke()
  context.restore()
  context.beginPath()
  context.roundRect(from, top, to - from, BAR_HEIGHT, 3)
}

/**
 * The call where it fits, else its value, else nothing; and the sign of what is not ok.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {import('./history-data.js').Timeline} timeline
 * @param {number} place
 * @param {import('./history-data.js').Outcome} outcome
 * @param {number} from
 * @param {number} to
 * @param {number} middle
 * @param {boolean} isMarked
 */
function writeOn(context, colours, timeline, place, outcome, from, to, middle, isMarked) {
  const sign = { ok: '', fail: '✗ ', info: '? ' }[outcome]
  // The number of a marked one covers the corner.
  const indent = isMarked ? 12 : 5
  const letters = Math.floor((to - from - indent - 3) / LETTER)
  const text = [callWords(timeline, place), valueWords(timeline, place), '']
    .map((words) => `${sign}${words}`.trim())
    .find((words) => words.length <= letters)
  if (!text) {
    if (outcome === 'fail' && to - from >= 10) {
      context.strokeStyle = colours.fail
      context.lineWidth = 1.5
      context.stroke(crossPath((from + to) / 2, middle, 4))
    }
    return
  }
  context.fillStyle = colours.text
  context.fillText(text, from + indent, middle + 0.5)
}

/**
 * The operation at a point, or the nearest in its lane, within a finger's reach; null when there is none.
 *
 * @param {Scene} scene
 * @param {readonly Lane[]} lanes
 * @param {number} x
 * @param {number} y below the top of all lanes
 * @returns {number | null}
 */
export function operationAt(scene, lanes, x, y) {
  const lane = lanes[Math.floor(y / LANE_HEIGHT)]
  if (!lane || x < scene.left) return null
  const { begin, end } = scene.timeline
  const number = lastBegunBy(scene.timeline, lane.operations, timeAt(scene, x))
  const reach = (/** @type {number} */ place) => {
    const from = xOf(scene, begin[place] ?? 0)
    const to = end[place] === Infinity ? scene.width : xOf(scene, end[place] ?? 0)
    return Math.max(0, from - x, x - Math.max(to, from + 2))
  }
  const near = [number, number + 1].flatMap((one) => lane.operations[one] ?? [])
  const [nearest] = near.sort((a, b) => reach(a) - reach(b))
  return nearest !== undefined && reach(nearest) <= 14 ? nearest : null
}
