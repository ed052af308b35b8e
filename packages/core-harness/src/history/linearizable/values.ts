import type { Json } from '../operation.ts'

/** Numbers for JSON values, the same for values that are equal: models compare and keep numbers. */
export class ValueTable {
  readonly #idOf = new Map<string, number>()
  readonly #values: Json[] = []

  id(value: Json): number {
    const text = canonicalText(value)
    const known = this.#idOf.get(text)
    if (known !== undefined) return known
    this.#idOf.set(text, this.#values.length)
    return this.#values.push(value) - 1
  }

  value(id: number): Json {
    return this.#values[id] ?? null
  }
}

/** JSON text that is the same for equal values, in whatever order their fields stand. */
function canonicalText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${fields.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalText(inner)}`).join(',')}}`
}
