import { fieldOf } from './field.ts'
import type { Json } from './operation.ts'

/** What stands for a value as the key of a map. */
export type Identity = string | number | boolean | null

const NO_TEXT = '\u0000'

/** The same for two values that are equal as JSON, in whatever order their fields stand; different for all others. */
export function identityOf(value: Json): Identity {
  if (typeof value === 'object' ? value !== null : typeof value === 'string' && value.startsWith(NO_TEXT))
    return `${NO_TEXT}${canonical(value)}`
  return value as Identity
}

function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  let fields = ''
  for (const name of Object.keys(value).sort())
    fields += `${JSON.stringify(name)}:${canonical(fieldOf(value, name) ?? null)},`
  return `{${fields}}`
}
