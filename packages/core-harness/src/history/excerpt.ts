import type { Operation } from './operation.ts'

/** A part of a history that can be drawn. */
export interface Excerpt {
  /** In the order in which they were begun. */
  readonly operations: readonly Operation[]
  /** What is left out, in one sentence; empty when nothing is. */
  readonly note: string
}

/**
 * All operations, or of more than `atMost`: those that are marked, those around the first marked one, and an even sample of
 * the others.
 *
 * @param marked index of each operation that shows an anomaly, the most important first
 */
export function excerptOf(operations: readonly Operation[], marked: readonly number[], atMost: number): Excerpt {
  if (operations.length <= atMost) return { operations, note: '' }
  const place = new Map(operations.map((one, position) => [one.index, position]))
  const kept = new Set(marked.slice(0, atMost).flatMap((index) => place.get(index) ?? []))
  const [centre] = kept
  const around = centre === undefined ? 0 : Math.floor((atMost - kept.size) / 2)
  const [from, to] = windowOf(centre ?? 0, around, operations.length)
  for (let position = from; position < to; position++) kept.add(position)
  const rest = operations.flatMap((_, position) => (kept.has(position) ? [] : [position]))
  const room = atMost - kept.size
  for (let taken = 0; taken < room; taken++) kept.add(rest[Math.floor((taken * rest.length) / room)] as number)
  const places = [...kept].sort((a, b) => a - b)
  const all = `${atMost.toLocaleString('en')} of ${operations.length.toLocaleString('en')} operations are drawn`
  const which =
    centre === undefined
      ? 'an even sample of all'
      : 'those of the anomalies, those around the first one, and an even sample of the others'
  return { operations: places.map((position) => operations[position] as Operation), note: `${all}: ${which}.` }
}

/** So many places around one, within the history: at its ends there are more on the other side. */
function windowOf(centre: number, size: number, length: number): readonly [number, number] {
  const from = Math.max(0, Math.min(centre - Math.floor(size / 2), length - size))
  return [from, from + size]
}
