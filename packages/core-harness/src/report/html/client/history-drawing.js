/* global ResizeObserver, requestAnimationFrame */
/** @import { Timeline } from './history-data.js' */
/** @import { Scene } from './history-marks.js' */
import { drawLater } from './chart.js'
import { element } from './elements.js'
import { lastBegunBy } from './history-data.js'
import { followPointers } from './history-gestures.js'
import { AXIS_HEIGHT, LANE_HEIGHT, drawLanes, operationAt } from './history-lanes.js'
import { drawLatency } from './history-latency.js'
import { cleared, timeAt } from './history-marks.js'
import { drawOverview } from './history-overview.js'
import { palette } from './history-palette.js'
import { panned, windowAround, windowWith, wholeOf, zoomed } from './history-window.js'
import { onThemeChange } from './theme.js'

const LATENCY_HEIGHT = 120
const OVERVIEW_HEIGHT = 34
const MOST_HEIGHT = 12 * LANE_HEIGHT + AXIS_HEIGHT
const NARROW = 560
const KEY_ZOOM = 0.6

/**
 * The drawing of one history: latency over time, the lanes of its processes, and a strip of the whole, which move together.
 * It draws only what is in sight, so that the number of operations does not matter to it.
 *
 * @param {string} name
 * @param {Timeline} timeline
 * @param {(place: number | null) => void} tell what an operation that is pointed at or chosen is
 */
export function historyDrawing(name, timeline, tell) {
  const latency = element('canvas', { 'aria-hidden': 'true' })
  const canvas = element('canvas', { 'aria-hidden': 'true' })
  const overview = element('canvas', { 'aria-hidden': 'true' })
  const spacer = element('div', { class: 'history-spacer' }, canvas)
  const lanesBox = element('div', { class: 'history-lanes' }, spacer)
  const surface = element(
    'div',
    { class: 'history-surface', tabindex: '0', role: 'group', 'aria-roledescription': 'timeline', 'aria-label': name },
    element('div', { class: 'history-latency' }, latency),
    lanesBox,
    element('div', { class: 'history-overview' }, overview),
  )
  let shown = wholeOf(timeline)
  let { lanes } = timeline
  /** @type {Map<number, number>} */
  let marked = new Map()
  /** @type {number | null} */
  let chosen = null
  /** @type {number | null} */
  let pointed = null
  /** @type {number | null} */
  let laneWanted = null
  let isWaiting = false

  const sceneNow = () => {
    const width = surface.clientWidth
    /** @type {Scene} */
    const scene = { timeline, shown, marked, chosen: pointed ?? chosen, left: width < NARROW ? 46 : 92, width }
    return scene
  }
  const drawNow = () => {
    isWaiting = false
    const scene = sceneNow()
    if (scene.width === 0) return
    const colours = palette()
    const height = Math.min(MOST_HEIGHT, lanes.length * LANE_HEIGHT + AXIS_HEIGHT)
    spacer.style.height = `${lanes.length * LANE_HEIGHT + AXIS_HEIGHT}px`
    lanesBox.style.height = `${height}px`
    if (laneWanted !== null) scrollToLane(laneWanted)
    laneWanted = null
    drawLatency(cleared(latency, scene.width, LATENCY_HEIGHT), colours, scene, LATENCY_HEIGHT)
    drawLanes(cleared(canvas, scene.width, height), colours, scene, lanes, lanesBox.scrollTop, height)
    drawOverview(cleared(overview, scene.width, OVERVIEW_HEIGHT), colours, scene, OVERVIEW_HEIGHT)
  }
  const draw = () => {
    if (isWaiting) return
    isWaiting = true
    requestAnimationFrame(drawNow)
  }
  const show = (/** @type {import('./history-window.js').TimeWindow} */ window) => {
    shown = window
    draw()
  }
  const zoomAt = (/** @type {number} */ factor, /** @type {number} */ x) => {
    show(zoomed(timeline, shown, factor, timeAt(sceneNow(), x)))
  }
  const zoomMiddle = (/** @type {number} */ factor) =>
    show(zoomed(timeline, shown, factor, (shown.from + shown.to) / 2))
  const panBy = (/** @type {number} */ share) => show(panned(timeline, shown, share))

  const scrollToLane = (/** @type {number} */ number) => {
    const top = number * LANE_HEIGHT
    const visible = lanesBox.clientHeight - AXIS_HEIGHT - LANE_HEIGHT
    if (top < lanesBox.scrollTop || top > lanesBox.scrollTop + visible)
      lanesBox.scrollTop = Math.max(0, top - visible / 2)
  }
  const laneOf = (/** @type {number} */ place) =>
    lanes.findIndex(({ process }) => process === timeline.columns.process[place])
  const choose = (/** @type {number | null} */ place) => {
    chosen = place
    pointed = null
    tell(place)
    draw()
  }
  const goTo = (/** @type {number | undefined} */ place) => {
    if (place === undefined) return
    laneWanted = laneOf(place)
    shown = windowWith(timeline, shown, timeline.begin[place] ?? 0)
    choose(place)
  }
  /** The operation of a lane that was begun last at the time of the chosen one, or in the middle of what is in sight. */
  const beside = (/** @type {number} */ step) => {
    const number = chosen === null ? 0 : laneOf(chosen) + step
    const lane = lanes[Math.max(0, Math.min(lanes.length - 1, number))]
    const at = chosen === null ? (shown.from + shown.to) / 2 : (timeline.begin[chosen] ?? 0)
    return lane?.operations[Math.max(0, lastBegunBy(timeline, lane.operations, at))]
  }
  const along = (/** @type {number} */ step) => {
    if (chosen === null) return beside(0)
    const operations = lanes[laneOf(chosen)]?.operations ?? []
    return operations[operations.indexOf(chosen) + step]
  }
  const nextMarked = (/** @type {number} */ step) => {
    const places = [...marked.keys()]
    const now = chosen === null ? -1 : places.indexOf(chosen)
    return places[(now + step + places.length) % Math.max(1, places.length)]
  }
  /** @type {Readonly<Record<string, () => void>>} */
  const keys = {
    ArrowRight: () => goTo(along(1)),
    ArrowLeft: () => goTo(along(-1)),
    ArrowDown: () => goTo(beside(1)),
    ArrowUp: () => goTo(beside(-1)),
    Home: () => goTo(0),
    End: () => goTo(timeline.count - 1),
    PageUp: () => panBy(-0.5),
    PageDown: () => panBy(0.5),
    '+': () => zoomMiddle(KEY_ZOOM),
    '-': () => zoomMiddle(1 / KEY_ZOOM),
    0: () => show(wholeOf(timeline)),
    n: () => goTo(nextMarked(1)),
    p: () => goTo(nextMarked(-1)),
    Escape: () => choose(null),
  }
  surface.addEventListener('keydown', (event) => {
    const key = keys[event.key === '=' ? '+' : event.key]
    if (!key || event.ctrlKey || event.metaKey || event.altKey || timeline.count === 0) return
    event.preventDefault()
    key()
  })
  const operationUnder = (/** @type {PointerEvent} */ event) => {
    const box = lanesBox.getBoundingClientRect()
    const y = event.clientY - box.top
    return y < AXIS_HEIGHT || y > box.height
      ? null
      : operationAt(sceneNow(), lanes, event.clientX - box.left, y - AXIS_HEIGHT + lanesBox.scrollTop)
  }
  const pointAt = (/** @type {number | null} */ place) => {
    if (place === pointed) return
    pointed = place
    tell(pointed ?? chosen)
    draw()
  }
  for (const part of [latency, lanesBox])
    followPointers(part, {
      zoom: zoomAt,
      pan: (pixels) => panBy(pixels / Math.max(1, surface.clientWidth - sceneNow().left)),
      point: (event) => pointAt(operationUnder(event)),
      choose: (event) => choose(operationUnder(event)),
      leave: () => pointAt(null),
    })
  const centreAt = (/** @type {PointerEvent} */ event) => {
    const x = event.clientX - overview.getBoundingClientRect().left
    const at = timeAt({ ...sceneNow(), shown: wholeOf(timeline) }, x)
    show(panned(timeline, shown, (at - (shown.from + shown.to) / 2) / (shown.to - shown.from)))
  }
  overview.addEventListener('pointerdown', (event) => {
    overview.setPointerCapture(event.pointerId)
    centreAt(event)
  })
  overview.addEventListener('pointermove', (event) => {
    if (overview.hasPointerCapture(event.pointerId)) centreAt(event)
  })
  lanesBox.addEventListener('scroll', draw, { passive: true })
  new ResizeObserver(draw).observe(surface)
  onThemeChange(drawNow)
  drawLater(drawNow)

  return {
    surface,
    zoomIn: () => zoomMiddle(KEY_ZOOM),
    zoomOut: () => zoomMiddle(1 / KEY_ZOOM),
    showAll: () => show(wholeOf(timeline)),
    markedNow: () => marked,
    /**
     * Marks operations, and shows them.
     *
     * @param {readonly number[]} places
     */
    mark(places) {
      marked = new Map(places.map((place, number) => [place, number + 1]))
      const [first] = places
      if (first !== undefined) {
        shown = windowAround(timeline, places)
        laneWanted = laneOf(first)
      }
      choose(null)
    },
    /**
     * Leaves out the lanes of all processes but those of the operations that are marked.
     *
     * @param {boolean} isOn
     */
    onlyMarked(isOn) {
      const wanted = new Set([...marked.keys()].map((place) => timeline.columns.process[place]))
      lanes = isOn && wanted.size > 0 ? timeline.lanes.filter(({ process }) => wanted.has(process)) : timeline.lanes
      const [first] = marked.keys()
      if (first !== undefined) laneWanted = laneOf(first)
      draw()
    },
  }
}
