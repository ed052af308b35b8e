import { HarnessError } from '../environment/errors.ts'
import { EdnMistake, Keyword, readEdn } from './edn.ts'
import type { Edn } from './edn.ts'
import type { EventLine } from './history-format.ts'
import { NemesisLog } from './jepsen-nemesis.ts'
import type { Json } from './operation.ts'
import { Pairing, PairingMistake } from './pairing.ts'
import type { ReadHistory } from './read-history.ts'

/** Jepsen does not say when a history began. */
const UNKNOWN_START = '1970-01-01T00:00:00.000Z'

/** An operation of Jepsen that cannot be understood. */
class JepsenMistake extends Error {}

/**
 * Reads a history of Jepsen: maps with `:type :f :value :process :time` (and `:error`), one after the other or in a vector.
 * Made for registers (`:read :write :cas`) and list-append (`:txn`); other operations come as they are.
 *
 * - Keywords become text: `[[:append 1 2]]` is `[["append",1,2]]`. An operation without `:f` is a `txn`, as elle has it.
 * - What an `:ok` repeats from its invocation is no finding: the output is null then, but for a `txn`.
 * - Jepsen's order is that of the lines. A time that is missing, or not later than that of the operation before, becomes the
 *   nanosecond after it, so that the order of times is the order of lines.
 * - A process that is no number, `:nemesis`, makes faults.
 *
 * @param options.keyFirst values are `[key value]`, as jepsen.independent makes them
 * @throws HarnessError with line and reason
 */
export function readJepsen(
  text: string,
  { name, keyFirst = false }: { readonly name: string; readonly keyFirst?: boolean },
): ReadHistory {
  const pairing = new Pairing()
  const nemesis = new NemesisLog()
  const inputs = new Map<number, string>()
  let line = 1
  let timeNs = -1
  let index = 0

  function add(operation: ReadonlyMap<string, Edn>): void {
    const stated = operation.get('time')
    const statedNs = typeof stated === 'number' && stated >= 0 ? stated : timeNs + 1
    const process = operation.get('process')
    if (typeof process !== 'number') {
      nemesis.add(textOf(operation.get('f')), targetOf(operation.get('value')), statedNs)
      return
    }
    timeNs = Math.max(statedNs, timeNs + 1)
    const event = eventOf(operation, { process, timeNs, keyFirst })
    if (event.type === 'invoke') inputs.set(process, JSON.stringify(event.value))
    const isRepeated = event.type === 'ok' && event.f !== 'txn' && JSON.stringify(event.value) === inputs.get(process)
    pairing.add(isRepeated ? { ...event, value: null } : event, index)
  }

  try {
    for (const { value, line: at } of readEdn(text)) {
      line = at
      add(fieldsOf(value))
      index++
    }
  } catch (error) {
    if (error instanceof EdnMistake) line = error.line
    else if (!(error instanceof PairingMistake || error instanceof JepsenMistake)) throw error
    throw new HarnessError(`reading ${name} as a history of Jepsen, line ${line}: ${error.message}`, {
      remedy: 'docs/histories.md says what of Jepsen is read.',
    })
  }
  const faults = nemesis.marks(Math.max(timeNs, 0))
  const { operations, notes } = pairing
  return { history: { name, startedAt: UNKNOWN_START, seed: null, operations, faults }, notes }
}

function fieldsOf(value: Edn): ReadonlyMap<string, Edn> {
  if (!(value instanceof Map)) throw new JepsenMistake('it is no map, and an operation is one')
  const fields = new Map<string, Edn>()
  for (const [name, field] of value as ReadonlyMap<Edn, Edn>) if (name instanceof Keyword) fields.set(name.name, field)
  return fields
}

function eventOf(
  operation: ReadonlyMap<string, Edn>,
  { process, timeNs, keyFirst }: { process: number; timeNs: number; keyFirst: boolean },
): EventLine {
  const type = textOf(operation.get('type'))
  const f = operation.has('f') ? textOf(operation.get('f')) : 'txn'
  const at = { process, f, timeNs }
  if (type === 'fail' || type === 'info') {
    const error = operation.get('error') ?? null
    return error === null ? { type, ...at } : { type, ...at, error: textOf(error) }
  }
  if (type !== 'invoke' && type !== 'ok') throw new JepsenMistake(`its :type is ${type}: not invoke, ok, fail or info`)
  const value = operation.get('value') ?? null
  if (!keyFirst) return { type, ...at, value: jsonOf(value) }
  const [key = null, inner = null, ...more] = Array.isArray(value) ? (value as readonly Edn[]) : []
  if (key === null || more.length > 0) throw new JepsenMistake('its :value is not [key value]: leave out --key-first')
  const keyed = { ...at, value: jsonOf(inner) }
  return type === 'ok' ? { type, ...keyed } : { type, ...keyed, key: typeof key === 'number' ? key : textOf(key) }
}

/** What a fault was done to; where Jepsen does not say, all. */
function targetOf(value: Edn | undefined): string {
  return value === undefined || value === null ? 'all' : textOf(value)
}

function textOf(value: Edn | undefined): string {
  const json = jsonOf(value ?? null)
  return typeof json === 'string' ? json : JSON.stringify(json)
}

function jsonOf(value: Edn): Json {
  if (value instanceof Keyword) return value.name
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<Edn, Edn>)]
    return Object.fromEntries(entries.map(([name, field]) => [textOf(name), jsonOf(field)]))
  }
  if (Array.isArray(value)) return (value as readonly Edn[]).map(jsonOf)
  return value as Json
}
