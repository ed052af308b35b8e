import { printEdn } from './edn-print.ts'
import type { Printable } from './edn-print.ts'
import { Keyword } from './edn.ts'
import type { FaultMark, History, Json, Operation } from './operation.ts'

interface Entry {
  readonly timeNs: number
  readonly fields: readonly (readonly [string, Printable])[]
}

/**
 * A history as Jepsen writes it, one operation a line, in the order of time. Values of operations with a key are `[key value]`,
 * as jepsen.independent has them. An acknowledgement without a finding repeats the value of its invocation. A fault is four
 * lines of `:nemesis`, because each of its operations is written when it begins and when it is done: twice `:start-pause`,
 * twice `:stop-pause`.
 */
export function* jepsenLines({ operations, faults }: Pick<History, 'operations' | 'faults'>): Generator<string> {
  const nemesis = faults.flatMap(nemesisEntries).sort((a, b) => a.timeNs - b.timeNs)
  let index = 0
  let next = 0
  const line = ({ timeNs, fields }: Entry): string => {
    const all = [...fields, ['time', timeNs], ['index', index++]] as const
    return printEdn(new Map<string, Printable>(all))
  }
  for (const entry of clientEntries(operations)) {
    for (; next < nemesis.length && (nemesis[next] as Entry).timeNs <= entry.timeNs; next++)
      yield line(nemesis[next] as Entry)
    yield line(entry)
  }
  for (const entry of nemesis.slice(next)) yield line(entry)
}

/** Beginnings and ends by time. Of the same time a beginning goes first, unless its process has to end something before. */
function* clientEntries(operations: readonly Operation[]): Generator<Entry> {
  const ended = operations.filter(({ completedNs }) => completedNs !== Infinity)
  ended.sort((a, b) => a.completedNs - b.completedNs)
  const busy = new Set<number>()
  let next = 0
  function* endsUntil(isReached: (operation: Operation) => boolean): Generator<Entry> {
    for (let end = ended[next]; end && !isReached(end); end = ended[++next]) {
      busy.delete(end.process)
      yield endEntry(end)
    }
  }
  for (const operation of operations) {
    yield* endsUntil(({ completedNs }) => completedNs >= operation.invokedNs)
    yield* endsUntil(() => !busy.has(operation.process))
    busy.add(operation.process)
    yield entryOf('invoke', operation, operation.input, operation.invokedNs)
  }
  yield* endsUntil(() => false)
}

function endEntry(operation: Operation): Entry {
  const { outcome, input, output, completedNs, error } = operation
  const entry = entryOf(outcome, operation, outcome === 'ok' ? (output ?? input) : input, completedNs)
  return error === undefined ? entry : { ...entry, fields: [...entry.fields, ['error', error]] }
}

function entryOf(type: string, { f, key, process }: Operation, value: Json, timeNs: number): Entry {
  const printed = f === 'txn' ? transaction(value) : value
  return {
    timeNs,
    fields: [
      ['type', new Keyword(type)],
      ['f', new Keyword(f)],
      ['value', key === undefined ? printed : [key, printed]],
      ['process', process],
    ],
  }
}

/** `[["append",1,2]]` as `[[:append 1 2]]`. */
function transaction(value: Json): Printable {
  if (!Array.isArray(value)) return value
  return (value as readonly Json[]).map((step): Printable => {
    if (!Array.isArray(step)) return step
    const [what, ...rest] = step as readonly Json[]
    return typeof what === 'string' ? [new Keyword(what), ...rest] : step
  })
}

function nemesisEntries({ kind, target, fromNs, toNs }: FaultMark): Entry[] {
  const entry = (f: string, timeNs: number): Entry => ({
    timeNs,
    fields: [
      ['type', new Keyword('info')],
      ['f', new Keyword(f)],
      ['value', target],
      ['process', new Keyword('nemesis')],
    ],
  })
  const [begun, ended] = [entry(`start-${kind}`, fromNs), entry(`stop-${kind}`, toNs)]
  return [begun, begun, ended, ended]
}
