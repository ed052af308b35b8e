import { clipped, valueText } from '../../history/operation-text.ts'
import type { Json, Operation } from '../../history/operation.ts'
import { plainLine } from '../plain-text.ts'
import type { OperationColumns } from './page-data.ts'

/** Texts of the operations of one history, in characters: with the numbers the page stays below a megabyte. */
const MOST_TEXT = 450_000
const LENGTHS = [160, 80, 40, 20, 10]
const LETTERS = { ok: 'o', fail: 'f', info: 'i' } as const
/** Times are told apart to this part of the whole. */
const RESOLUTION = 1e8

/** Operations by column: a tenth of what they take as objects in JSON. */
export function operationColumns(operations: readonly Operation[]): OperationColumns {
  const first = operations[0]?.invokedNs ?? 0
  const last = operations.reduce((latest, one) => Math.max(latest, one.invokedNs, finite(one.completedNs)), first)
  const unitNs = Math.max(1, 10 ** Math.floor(Math.log10(Math.max(1, last - first) / RESOLUTION)))
  const times = operations.map(({ invokedNs }) => Math.round((invokedNs - first) / unitNs))
  const told = LENGTHS.map((longest) => textsOf(operations, longest)).find(({ size }) => size <= MOST_TEXT)
  const { texts, columns } = told ?? textsOf(operations, LENGTHS.at(-1) ?? 0)
  return {
    unitNs,
    originNs: first,
    texts,
    index: differences(operations.map(({ index }) => index)),
    process: operations.map(({ process }) => process),
    ...columns,
    outcome: operations.map(({ outcome }) => LETTERS[outcome]).join(''),
    invoked: differences(times),
    took: operations.map(({ completedNs }, place) =>
      Number.isFinite(completedNs) ? Math.round((completedNs - first) / unitNs) - (times[place] ?? 0) : -1,
    ),
  }
}

function finite(ns: number): number {
  return Number.isFinite(ns) ? ns : 0
}

function differences(values: readonly number[]): number[] {
  return values.map((value, place) => value - (values[place - 1] ?? 0))
}

type TextColumns = Pick<OperationColumns, 'f' | 'key' | 'input' | 'output' | 'error'>

/** Each text once, and no longer than `longest`. The empty one is the first: nothing. */
function textsOf(
  operations: readonly Operation[],
  longest: number,
): { readonly texts: string[]; readonly columns: TextColumns; readonly size: number } {
  const places = new Map([['', 0]])
  const placeOf = (text: string): number => {
    const shown = plainLine(clipped(text, longest))
    const place = places.get(shown) ?? places.size
    places.set(shown, place)
    return place
  }
  const valueOf = (value: Json): number => (value === null ? 0 : placeOf(valueText(value, longest)))
  const columns = {
    f: operations.map(({ f }) => placeOf(f)),
    key: operations.map(({ key }) => (key === undefined ? 0 : placeOf(String(key)))),
    input: operations.map(({ input }) => valueOf(input)),
    output: operations.map(({ output }) => valueOf(output)),
    error: operations.map(({ error = '' }) => placeOf(error)),
  }
  const texts = [...places.keys()]
  return { texts, columns, size: texts.reduce((size, text) => size + text.length, 0) }
}
