/** @import { Timeline } from './history-data.js' */
import { element } from './elements.js'
import { callWords, endWords, secondsAt } from './history-data.js'
import { numberTable } from './number-table.js'

const ROWS = 100

/**
 * The same operations for those who do not see the drawing: a hundred at a time.
 *
 * @param {string} name
 * @param {Timeline} timeline
 * @param {() => ReadonlyMap<number, number>} markedNow
 */
export function operationTable(name, timeline, markedNow) {
  const holder = element('div')
  const all = Array.from({ length: timeline.count }, (_, place) => place)
  const which = element(
    'select',
    { 'aria-label': `which operations of ${name}` },
    element('option', { value: 'all' }, 'all operations'),
    element('option', { value: 'marked' }, 'of the anomaly'),
  )
  const [back, on] = ['Earlier', 'Later'].map((text) => element('button', { type: 'button' }, text))
  const where = element('span', { class: 'muted', role: 'status' })
  let first = 0
  const show = () => {
    const marked = markedNow()
    const places = which.value === 'all' ? all : [...marked.keys()].sort((a, b) => a - b)
    first = Math.max(0, Math.min(first, places.length - 1))
    const shown = places.slice(first, first + ROWS)
    where.textContent =
      places.length === 0 ? 'none' : `${first + 1} to ${first + shown.length} of ${places.length.toLocaleString('en')}`
    back?.toggleAttribute('disabled', first === 0)
    on?.toggleAttribute('disabled', first + ROWS >= places.length)
    const rows = shown.map((place) => ({
      cells: [
        String(timeline.index[place]),
        String(timeline.columns.process[place]),
        secondsAt(timeline, timeline.begin[place] ?? 0),
        callWords(timeline, place),
        endWords(timeline, place),
        marked.has(place) ? `shows the anomaly, ${marked.get(place)}` : '',
      ],
    }))
    const head = ['operation', 'process', 'began', 'what', 'end', 'anomaly']
    holder.replaceChildren(numberTable(`Operations of ${name}`, head, rows, [1, 2]))
  }
  const go = (/** @type {number} */ by) => () => {
    first += by
    show()
  }
  back?.addEventListener('click', go(-ROWS))
  on?.addEventListener('click', go(ROWS))
  which.addEventListener('change', () => {
    first = 0
    show()
  })
  const details = element('details', { class: 'numbers' }, element('summary', {}, 'Operations as a table'))
  details.addEventListener(
    'toggle',
    () => {
      show()
      details.append(element('div', { class: 'actions' }, which, back, on, where), holder)
    },
    { once: true },
  )
  return { details, refresh: () => details.open && show() }
}
