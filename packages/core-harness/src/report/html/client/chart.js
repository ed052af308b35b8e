/* global IntersectionObserver, ResizeObserver, addEventListener, uPlot */
import { element } from './elements.js'
import { numberTable } from './number-table.js'
import { colourOf, onThemeChange } from './theme.js'

/** @import { FaultView } from '../page-data.ts' */
/** @typedef {{ readonly name: string, readonly colour: string, readonly dash?: number[], readonly values: readonly (number | null)[] }} Line */

/**
 * @typedef {object} ChartPlan
 * @property {string} title
 * @property {string} describe what it shows, for those who do not see it
 * @property {string} xName
 * @property {readonly number[]} x
 * @property {(x: number) => string} xText
 * @property {readonly Line[]} lines
 * @property {string} unit
 * @property {number} [height]
 * @property {boolean} [isLogX]
 * @property {number[]} [xMarks]
 * @property {readonly FaultView[]} [faults]
 * @property {readonly { readonly at: number, readonly colour: string }[]} [levels] lines across
 * @property {string} [sync] charts of one name show the same place
 */

/** @type {Set<() => void>} */
const waiting = new Set()

/** Draws all that has not come into sight yet: paper shows everything. */
export function drawAll() {
  for (const draw of [...waiting]) draw()
}

/**
 * Has a drawing of another kind drawn with all others.
 *
 * @param {() => void} draw
 */
export function drawLater(draw) {
  waiting.add(draw)
}

const sight = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) pending.get(target)?.()
  },
  { rootMargin: '300px' },
)

/** @type {WeakMap<Element, () => void>} */
const pending = new WeakMap()

/**
 * A chart that is drawn when it comes into sight, with its numbers as a table.
 *
 * @param {ChartPlan} plan
 */
export function chart(plan) {
  const plot = element('div', { class: 'plot' })
  /** @type {uPlot | undefined} */
  let drawing
  const draw = () => {
    if (plot.clientWidth === 0) return
    waiting.delete(draw)
    sight.unobserve(plot)
    drawing?.destroy()
    plot.replaceChildren()
    drawing = new uPlot(optionsOf(plan, plot.clientWidth), dataOf(plan), plot)
  }
  const redraw = () => {
    if (drawing) draw()
  }
  waiting.add(draw)
  pending.set(plot, draw)
  sight.observe(plot)
  onThemeChange(redraw)
  new ResizeObserver(() => {
    if (drawing && plot.clientWidth > 0 && drawing.width !== plot.clientWidth)
      drawing.setSize({ width: plot.clientWidth, height: plan.height ?? 200 })
  }).observe(plot)
  return element(
    'figure',
    { class: 'chart' },
    element('figcaption', {}, element('strong', {}, plan.title), ' ', element('span', {}, plan.describe)),
    plot,
    numbersOf(plan),
  )
}

/** @param {ChartPlan} plan */
function numbersOf({ title, xName, x, xText, lines, unit }) {
  const details = element('details', { class: 'numbers' }, element('summary', {}, 'Numbers'))
  details.addEventListener(
    'toggle',
    () => {
      const head = [xName, ...lines.map(({ name }) => (unit === '' ? name : `${name}, ${unit}`))]
      const rows = x.map((at, index) => ({
        cells: [xText(at), ...lines.map(({ values }) => valueText(values[index]))],
      }))
      details.append(
        numberTable(
          title,
          head,
          rows,
          lines.map((_, index) => index + 1),
        ),
      )
    },
    { once: true },
  )
  return details
}

/** @param {number | null | undefined} value */
export function valueText(value) {
  return value === null || value === undefined ? '–' : value.toLocaleString('en', { maximumSignificantDigits: 4 })
}

/**
 * @param {ChartPlan} plan
 * @returns {uPlot.AlignedData}
 */
function dataOf({ x, lines }) {
  return [[...x], ...lines.map(({ values }) => [...values])]
}

/**
 * @param {ChartPlan} plan
 * @param {number} width
 * @returns {uPlot.Options}
 */
function optionsOf(plan, width) {
  const { x, lines, faults = [], levels = [], isLogX = false, xMarks, unit } = plan
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null))
  const heights = [...values, ...levels.map(({ at }) => at)]
  const [least, most] = [Math.min(...values), Math.max(...heights)]
  // Names of faults stand above the lines.
  const room = faults.length > 0 ? 1.25 : 1.12
  const isLogY = unit === 'ms' && least > 0 && most / least > 30
  const axis = { stroke: colourOf('--muted'), grid: { stroke: colourOf('--grid'), width: 1 }, ticks: { show: false } }
  const font = '11px system-ui, sans-serif'
  return {
    width,
    height: plan.height ?? 200,
    padding: [10, 24, 0, 0],
    scales: {
      x: {
        time: false,
        ...(isLogX ? { distr: 3 } : {}),
        range: () => [x[0] ?? 0, Math.max(x.at(-1) ?? 1, (x[0] ?? 0) + 1)],
      },
      y: isLogY
        ? { distr: 3, range: () => [least / 1.3, most * room ** 3] }
        : { range: () => [Math.min(0, ...heights), most > 0 ? most * room : 1] },
    },
    axes: [
      {
        ...axis,
        font,
        size: 30,
        values: (_, splits) => splits.map((at) => plan.xText(at)),
        ...(xMarks
          ? { splits: () => xMarks, filter: (/** @type {uPlot} */ _, /** @type {number[]} */ marks) => marks }
          : {}),
      },
      {
        ...axis,
        font,
        size: 54,
        values: (_, splits) => splits.map((value) => valueText(value)),
        ...(isLogY
          ? {
              splits: () => marksBetween(least / 1.3, most * 1.2),
              filter: (/** @type {uPlot} */ _, /** @type {number[]} */ marks) => marks,
            }
          : {}),
      },
    ],
    series: [
      { label: plan.xName, value: (_, at) => (at === null ? '–' : plan.xText(at)) },
      ...lines.map(({ name, colour, dash }) => ({
        label: name,
        stroke: colourOf(colour),
        width: 2,
        ...(dash ? { dash } : {}),
        spanGaps: false,
        points: { show: x.length < 40, size: 5 },
        value: (/** @type {uPlot} */ _, /** @type {number | null} */ value) => `${valueText(value)} ${unit}`.trim(),
      })),
    ],
    cursor: { drag: { x: false, y: false }, ...(plan.sync ? { sync: { key: plan.sync } } : {}) },
    hooks: {
      drawClear: [(drawing) => faults.forEach((fault) => shade(drawing, fault))],
      draw: [(drawing) => levels.forEach(({ at, colour }) => drawLevel(drawing, at, colour))],
    },
  }
}

/**
 * 1, 2 and 5 of each decade.
 *
 * @param {number} least
 * @param {number} most
 */
function marksBetween(least, most) {
  const marks = []
  const steps = most / least > 1_000 ? [1] : [1, 2, 5]
  for (let decade = Math.floor(Math.log10(least)); decade <= Math.log10(most); decade++)
    for (const step of steps)
      if (step * 10 ** decade >= least && step * 10 ** decade <= most) marks.push(step * 10 ** decade)
  return marks
}

/**
 * @param {uPlot} drawing
 * @param {FaultView} fault
 */
function shade(drawing, { name, fromSecond, toSecond }) {
  const { ctx, bbox } = drawing
  const within = (/** @type {number} */ at) =>
    Math.min(bbox.left + bbox.width, Math.max(bbox.left, drawing.valToPos(at, 'x', true)))
  const [from, to] = [within(fromSecond), within(toSecond)]
  ctx.save()
  ctx.fillStyle = colourOf('--fault')
  ctx.fillRect(from, bbox.top, Math.max(2, to - from), bbox.height)
  ctx.fillStyle = colourOf('--muted')
  ctx.font = `${11 * uPlot.pxRatio}px system-ui, sans-serif`
  ctx.textBaseline = 'top'
  ctx.fillText(name.length > 24 ? `${name.slice(0, 24)}…` : name, from + 4, bbox.top + 3)
  ctx.restore()
}

/**
 * @param {uPlot} drawing
 * @param {number} at
 * @param {string} colour
 */
function drawLevel(drawing, at, colour) {
  const { ctx, bbox } = drawing
  const y = drawing.valToPos(at, 'y', true)
  if (y < bbox.top || y > bbox.top + bbox.height) return
  ctx.save()
  ctx.strokeStyle = colourOf(colour)
  ctx.lineWidth = uPlot.pxRatio
  ctx.setLineDash([5 * uPlot.pxRatio, 4 * uPlot.pxRatio])
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
  ctx.restore()
}

addEventListener('beforeprint', drawAll)
