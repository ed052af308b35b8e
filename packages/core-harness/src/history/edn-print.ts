import { Keyword } from './edn.ts'
import type { Json } from './operation.ts'

/** What can be printed as EDN: JSON, and keywords within. */
export type Printable = Keyword | Json | readonly Printable[] | ReadonlyMap<string, Printable>

/** A keyword, or a name of a field, that can be written without quotes. */
const PLAIN_NAME = /^[A-Za-z*!_?<>=][\w*!?<>=.+-]*$/
const WHOLE = /^(?:0|-?[1-9]\d*)$/

/**
 * A value as EDN. Fields of objects are keywords, or whole numbers, where their name allows it: `{:from 1}`, `{0 100}`.
 */
export function printEdn(value: Printable): string {
  if (value === null) return 'nil'
  if (value instanceof Keyword) return PLAIN_NAME.test(value.name) ? `:${value.name}` : JSON.stringify(value.name)
  if (value instanceof Map) return printMap([...(value as ReadonlyMap<string, Printable>)])
  if (Array.isArray(value)) return `[${(value as readonly Printable[]).map(printEdn).join(' ')}]`
  if (typeof value === 'object') return printMap(Object.entries(value as { readonly [field: string]: Json }))
  return JSON.stringify(value)
}

function printMap(entries: readonly (readonly [string, Printable])[]): string {
  return `{${entries.map(([name, value]) => `${printName(name)} ${printEdn(value)}`).join(', ')}}`
}

function printName(name: string): string {
  if (PLAIN_NAME.test(name)) return `:${name}`
  return WHOLE.test(name) ? name : JSON.stringify(name)
}
