import type { FaultMark, Operation } from './operation.ts'

/** Where everything of a timeline lies, in columns of a terminal. */
export interface Placed {
  /** First and last column of each operation. */
  readonly operations: readonly Span[]
  readonly faults: readonly Span[]
  /** What stands on the line of each operation. */
  readonly labels: readonly string[]
  /** The time of columns in which something begins or ends: those in which an operation begins, then the others. */
  readonly times: readonly { readonly at: number; readonly ns: number }[]
  readonly width: number
}

export interface Span {
  readonly from: number
  readonly to: number
}

interface Event {
  readonly ns: number
  /** Orders what is at the same time. */
  readonly rank: number
}

/**
 * Gives each event a column: of two at different times the earlier has the lesser one, and no operation is shorter than what
 * stands on it.
 *
 * @param labels for all operations, the ones that are liked best first; the first that fit are taken, or else the last
 * @param width that there is
 */
export function placeEvents(
  operations: readonly Operation[],
  faults: readonly FaultMark[],
  labels: readonly (readonly string[])[],
  width: number,
): Placed {
  const columns = labels.map((texts) => layOut(operations, faults, texts))
  return columns.find((one) => one.width <= width) ?? (columns.at(-1) as Placed)
}

function layOut(operations: readonly Operation[], faults: readonly FaultMark[], labels: readonly string[]): Placed {
  const spans = operations.map((one) => ({ begin: beginOf(one), end: endOf(one, operations) }))
  const [first, last] = [
    Math.min(...spans.map(({ begin }) => begin.ns)),
    Math.max(...spans.map(({ begin, end }) => end?.ns ?? begin.ns)),
  ]
  const marks = faults.map(({ fromNs, toNs }) => ({
    begin: { ns: Math.max(first, fromNs), rank: 1 },
    end: { ns: Math.min(last, toNs), rank: 3 },
  }))
  const events = [...spans, ...marks].flatMap(({ begin, end }) => (end === undefined ? [begin] : [begin, end]))
  const slots = new Map<string, Event>()
  for (const event of events) slots.set(nameOf(event), event)
  const column = new Map<string, number>()
  let at = -1
  for (const event of [...slots.values()].sort((a, b) => a.ns - b.ns || a.rank - b.rank)) {
    at++
    spans.forEach(({ begin, end }, index) => {
      if (end !== undefined && nameOf(end) === nameOf(event))
        at = Math.max(at, (column.get(nameOf(begin)) ?? 0) + lengthOf(labels[index]))
    })
    column.set(nameOf(event), at)
  }
  const columnOf = (event: Event): number => column.get(nameOf(event)) ?? 0
  const open = spans.map(({ begin }, index) => columnOf(begin) + lengthOf(labels[index]))
  // Those that never ended reach beyond everything else.
  const beyond = Math.max(at + 1, ...open.filter((_, index) => spans[index]?.end === undefined))
  return {
    operations: spans.map(({ begin, end }) => ({ from: columnOf(begin), to: end ? columnOf(end) : beyond })),
    faults: marks.map(({ begin, end }) => ({ from: columnOf(begin), to: columnOf(end) })),
    labels,
    times: [...spans.map(({ begin }) => begin), ...slots.values()].map((event) => ({
      at: columnOf(event),
      ns: event.ns,
    })),
    width: beyond + 1,
  }
}

/** From one end to the other: the label with a stroke on both sides. */
function lengthOf(label = ''): number {
  return [...label].length + 3
}

function nameOf({ ns, rank }: Event): string {
  return `${ns}:${rank}`
}

function beginOf({ invokedNs }: Operation): Event {
  return { ns: invokedNs, rank: 1 }
}

/**
 * What ends when another operation begins may have been at the same time as that one: it ends behind the beginning. Only a
 * process that goes on at once must have ended before.
 */
function endOf(operation: Operation, operations: readonly Operation[]): Event | undefined {
  const { process, invokedNs, completedNs: ns } = operation
  if (!Number.isFinite(ns)) return undefined
  const goesOn = operations.some((one) => one !== operation && one.process === process && one.invokedNs === ns)
  return { ns, rank: goesOn && invokedNs < ns ? 0 : 2 }
}
