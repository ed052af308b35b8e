import type { Json } from './operation.ts'

/** A field of an object; undefined where it is missing, or the value is no object. */
export function fieldOf(value: Json, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, Json>>)[name]
}
