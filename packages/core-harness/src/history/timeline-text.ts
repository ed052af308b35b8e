import { callText, clipped, decimalsFor, secondsText } from './operation-text.ts'
import type { FaultMark, Operation } from './operation.ts'
import { placeEvents } from './timeline-columns.ts'
import type { Placed } from './timeline-columns.ts'

const MOST_OPERATIONS = 12
const MOST_PROCESSES = 6
const MOST_FAULTS = 3
const MOST_COLUMNS = 100
const LONGEST_CALL = 48

/** The ends and the line of an operation. Those that matter have a double line. */
const STROKES = {
  plain: { begin: '├', line: '─', ok: '┤', fail: '×', info: '?', after: '┄' },
  marked: { begin: '╞', line: '═', ok: '╡', fail: '×', info: '?', after: '┄' },
} as const

export interface TimelineTextOptions {
  /** Index of each operation that shows the anomaly. */
  readonly marked?: readonly number[]
  readonly faults?: readonly FaultMark[]
  readonly columns?: number
}

/**
 * A few operations as a drawing for a terminal: a lane for each process, time from left to right in the order of events and
 * not to scale, then each operation in words. `┤` ends one that is ok, `×` one that failed; after `?` it may still happen.
 *
 * Of more than twelve operations, or six processes, it draws those that are marked and what came just before them, and says
 * how many it leaves out.
 */
export function timelineText(
  operations: readonly Operation[],
  { marked = [], faults = [], columns = MOST_COLUMNS }: TimelineTextOptions = {},
): string {
  const isMarked = new Set(marked)
  const shown = choose(operations, isMarked)
  if (shown.length === 0) return 'No operation to draw.'
  const processes = [...new Set(shown.map((one) => one.process))].sort((a, b) => a - b)
  const during = faults.filter((one) => overlaps(one, shown)).slice(0, MOST_FAULTS)
  const names = ['fault', ...processes.map(nameOf)]
  const margin = Math.max(...names.map(({ length }) => length)) + 2
  const decimals = decimalsFor(shown.flatMap((one) => [one.invokedNs, one.completedNs]))
  const placed = placeEvents(shown, during, labelsFor(shown), columns - margin)
  const lanes = processes.map((process) => {
    const lane = blank(placed.width)
    shown.forEach((one, index) => {
      if (one.process === process) drawOperation(lane, placed, index, one, isMarked.has(one.index))
    })
    return line(nameOf(process), margin, lane)
  })
  const left = operations.length - shown.length
  return [
    ...during.map((one, index) => line(index === 0 ? 'fault' : '', margin, drawFault(placed, index, one))),
    ...lanes,
    line('seconds', margin, drawTimes(placed, decimals)),
    '',
    ...describe(shown, isMarked, decimals),
    ...(left === 0
      ? []
      : [`${left.toLocaleString('en')} more ${left === 1 ? 'operation is' : 'operations are'} left out.`]),
  ].join('\n')
}

/** Marked ones first, then the latest before the last of those. In the order in which they began. */
function choose(operations: readonly Operation[], isMarked: ReadonlySet<number>): Operation[] {
  const last = operations.findLastIndex(({ index }) => isMarked.has(index))
  const marked = operations.filter(({ index }) => isMarked.has(index))
  const before = operations.slice(0, last === -1 ? undefined : last + 1).reverse()
  const after = last === -1 ? [] : operations.slice(last + 1)
  const processes = new Set<number>()
  const chosen = new Set<Operation>()
  for (const one of [...marked, ...before, ...after]) {
    if (chosen.size === MOST_OPERATIONS) break
    if (processes.size === MOST_PROCESSES && !processes.has(one.process)) continue
    processes.add(one.process)
    chosen.add(one)
  }
  return operations.filter((one) => chosen.has(one))
}

function overlaps({ fromNs, toNs }: FaultMark, shown: readonly Operation[]): boolean {
  const begin = Math.min(...shown.map(({ invokedNs }) => invokedNs))
  const ends = shown.map(({ completedNs, invokedNs }) => (Number.isFinite(completedNs) ? completedNs : invokedNs))
  return fromNs <= Math.max(...ends) && toNs >= begin
}

function nameOf(process: number): string {
  return `process ${process}`
}

/** What may stand on the lines, the longest first: the number alone is always there. */
function labelsFor(shown: readonly Operation[]): string[][] {
  const withCall = (longest: number): string[] =>
    shown.map((one, index) => ` ${index + 1} ${clipped(callText(one, longest), longest)} `)
  return [withCall(24), withCall(12), shown.map((_, index) => ` ${index + 1} `)]
}

function blank(width: number): string[] {
  return Array.from({ length: width }, () => ' ')
}

function line(name: string, margin: number, characters: readonly string[]): string {
  return `${name.padEnd(margin)}${characters.join('')}`.trimEnd()
}

function write(lane: string[], at: number, text: string): void {
  for (const [offset, character] of [...text].entries()) if (at + offset < lane.length) lane[at + offset] = character
}

function drawOperation(lane: string[], placed: Placed, index: number, { outcome }: Operation, isMarked: boolean): void {
  const stroke = isMarked ? STROKES.marked : STROKES.plain
  const { from, to } = placed.operations[index] as Placed['operations'][number]
  lane.fill(stroke.line, from, to)
  // It is the last of its process: the rest of the lane is the time in which it may yet happen.
  if (outcome === 'info') lane.fill(stroke.after, to)
  write(lane, to, stroke[outcome])
  write(lane, from, stroke.begin)
  write(lane, from + 2, placed.labels[index] ?? '')
}

function drawFault(placed: Placed, index: number, { kind, target }: FaultMark): string[] {
  const { from, to } = placed.faults[index] as Placed['faults'][number]
  const lane = blank(placed.width).fill('░', from, to + 1)
  const name = ` ${clipped(`${kind} ${target}`, 30)} `
  // Where it is too short for its name, that stands behind it, or before it.
  const { length } = name
  const inside = to - from >= length + 1 ? from + 1 : to + 1 + length <= lane.length ? to + 1 : from - length
  write(lane, Math.max(0, inside), name)
  return lane
}

function drawTimes({ times, width }: Placed, decimals: number): string[] {
  const axis = blank(width)
  for (const { at, ns } of times) {
    const text = secondsText(ns, decimals)
    const isFree = axis.slice(Math.max(0, at - 2), at + text.length + 2).every((character) => character === ' ')
    if (isFree && at + text.length <= width) write(axis, at, text)
  }
  return axis
}

function describe(shown: readonly Operation[], isMarked: ReadonlySet<number>, decimals: number): string[] {
  const rows = shown.map((one, index) => [
    String(index + 1).padStart(2),
    nameOf(one.process),
    clipped(callText(one, LONGEST_CALL), LONGEST_CALL),
    `${secondsText(one.invokedNs, decimals)} s to ${endOf(one, decimals)}`,
    isMarked.has(one.index) ? '◀' : '',
  ])
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((cells) => [...(cells[column] ?? '')].length)))
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length)))
      .join('  ')
      .trimEnd(),
  )
}

function endOf({ outcome, completedNs, error }: Operation, decimals: number): string {
  const when = Number.isFinite(completedNs) ? `${secondsText(completedNs, decimals)} s` : 'the end, unheard of'
  const why = error === undefined ? '' : `: ${clipped(error, 40)}`
  return outcome === 'ok' ? when : `${when}, ${outcome}${why}`
}
