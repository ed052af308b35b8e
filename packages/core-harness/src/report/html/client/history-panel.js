/** @import { CheckView, HistoryView } from '../page-data.ts' */
import { badge } from './badge.js'
import { drawn, element, factList } from './elements.js'
import { operationWords, secondsAt, timelineOf } from './history-data.js'
import { historyDrawing } from './history-drawing.js'
import { operationTable } from './history-table.js'

const VERDICT_BADGES = /** @type {const} */ ({ valid: 'pass', invalid: 'fail', unknown: 'no-data' })
/** With more processes than these only those of the anomaly are drawn at first. */
const MANY_LANES = 12

/**
 * One history: what its checkers say, and its operations drawn.
 *
 * @param {HistoryView} view
 */
export function historyPanel(view) {
  const { name, facts, note, results } = view
  const timeline = timelineOf(view)
  const told = element('p', { class: 'history-told', role: 'status' })
  const untold = 'Point at an operation, or go to one with the arrow keys.'
  told.textContent = untold
  const drawing = historyDrawing(`Timeline of ${name}`, timeline, (place) => {
    told.textContent = place === null ? untold : operationWords(timeline, place)
  })
  const table = operationTable(name, timeline, drawing.markedNow)
  const only = element('button', { type: 'button', 'aria-pressed': 'false' }, 'Only processes of the anomaly')
  const setOnly = (/** @type {boolean} */ isOn) => {
    only.setAttribute('aria-pressed', String(isOn))
    drawing.onlyMarked(isOn)
  }
  only.addEventListener('click', () => setOnly(only.getAttribute('aria-pressed') === 'false'))
  const anomalies = results.flatMap((result) => result.anomalies.map((anomaly) => ({ result, anomaly })))
  const buttons = anomalies.map(({ anomaly }) => {
    const button = element(
      'button',
      { type: 'button', class: 'anomaly', 'aria-pressed': 'false' },
      element('strong', {}, anomaly.kind),
      element('span', {}, anomaly.explanation),
    )
    button.addEventListener('click', () => choose(button, anomaly.operations))
    return button
  })
  const choose = (/** @type {HTMLElement} */ chosen, /** @type {readonly number[]} */ operations) => {
    for (const button of buttons) button.setAttribute('aria-pressed', String(button === chosen))
    drawing.mark(operations)
    setOnly(only.getAttribute('aria-pressed') === 'true')
    table.refresh()
  }
  const [first] = anomalies
  if (first && buttons[0]) choose(buttons[0], first.anomaly.operations)
  if (first && timeline.lanes.length > MANY_LANES) setOnly(true)
  const byResult = results.map((result) => {
    const own = buttons.filter((_, number) => anomalies[number]?.result === result)
    return checkPart(result, own)
  })
  return element(
    'div',
    { class: 'history' },
    element('h4', {}, `History ${name}`),
    ...byResult,
    note && element('p', { class: 'note' }, note),
    timeline.count === 0
      ? element('p', { class: 'note' }, 'There is no operation to draw.')
      : element(
          'figure',
          { class: 'history-figure' },
          toolbar(drawing, anomalies.length > 0 ? only : null),
          told,
          drawing.surface,
          element(
            'figcaption',
            { class: 'muted' },
            'Above, how long operations took, over when they began; below, each process in a lane of its own. ',
            'Drag to move, Ctrl and the wheel or two fingers to zoom. Keys: ← → operation, ↑ ↓ process, + − zoom, 0 all, n next of the anomaly.',
          ),
        ),
    faultList(view, timeline),
    timeline.count > 0 && table.details,
    factList(facts),
  )
}

/**
 * @param {CheckView} result
 * @param {readonly HTMLElement[]} anomalies
 */
function checkPart({ checker, verdict, why, counts, more, again }, anomalies) {
  return element(
    'div',
    { class: 'check' },
    element(
      'p',
      { class: 'check-head' },
      badge(VERDICT_BADGES[verdict]),
      element('span', {}, `${verdict} by ${checker}`),
    ),
    why && element('p', {}, why),
    anomalies.length > 0 &&
      element('div', { class: 'anomalies', role: 'group', 'aria-label': 'anomalies' }, ...anomalies),
    more && element('p', { class: 'note' }, more),
    factList(counts),
    verdict !== 'valid' && element('p', {}, 'Judge again: ', element('code', {}, again)),
  )
}

/**
 * @param {ReturnType<typeof historyDrawing>} drawing
 * @param {HTMLElement | null} only
 */
function toolbar({ zoomIn, zoomOut, showAll }, only) {
  const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ act) => {
    const made = element('button', { type: 'button', 'aria-label': label }, text)
    made.addEventListener('click', act)
    return made
  }
  return element(
    'div',
    { class: 'history-tools' },
    button('−', 'zoom out', zoomOut),
    button('+', 'zoom in', zoomIn),
    button('Show all', 'show all', showAll),
    only,
    legend(),
  )
}

/** What the signs mean, each as it is drawn. */
function legend() {
  const sign = (/** @type {string} */ name, /** @type {Node[]} */ ...parts) =>
    element(
      'span',
      { class: 'legend-item' },
      drawn('svg', { viewBox: '0 0 22 14', class: 'legend-sign', 'aria-hidden': 'true' }, ...parts),
      name,
    )
  const bar = (/** @type {string} */ kind) =>
    drawn('rect', { x: 1, y: 1.5, width: 20, height: 11, rx: 2.5, class: `bar-${kind}` })
  return element(
    'span',
    { class: 'legend' },
    sign('ok', bar('ok')),
    sign('failed', bar('fail'), drawn('path', { d: 'M8 4l6 6m0-6l-6 6', class: 'cross-fail' })),
    sign('unknown', bar('info'), drawn('text', { x: 8, y: 10.8, class: 'letter' }, '?')),
    sign('shows the anomaly', bar('marked'), drawn('circle', { cx: 5, cy: 4, r: 4, class: 'dot-marked' })),
  )
}

/**
 * @param {HistoryView} view
 * @param {import('./history-data.js').Timeline} timeline
 */
function faultList({ faults }, timeline) {
  if (faults.length === 0) return null
  return factList(
    faults.map(({ name, from, to }) => ({
      name: `fault: ${name}`,
      value: `${secondsAt(timeline, from)} to ${secondsAt(timeline, to)}`,
    })),
  )
}
