/**
 * Says where two values of the cache differ, or undefined when they are the same: the same JSON, or the same bytes. Jest's
 * own matchers compare constructors too, and a value that crossed a process boundary was made by another realm's.
 */
export function differenceOf(expected: unknown, found: unknown, path = 'value'): string | undefined {
  if (isBytes(expected))
    return isBytes(found) && Buffer.compare(expected, found) === 0 ? undefined : `${path}: other bytes, or none`
  if (typeof expected !== 'object' || expected === null)
    return expected === found ? undefined : `${path}: ${brief(found)} instead of ${brief(expected)}`
  if (typeof found !== 'object' || found === null || isBytes(found) || Array.isArray(expected) !== Array.isArray(found))
    return `${path}: ${brief(found)} instead of ${Array.isArray(expected) ? 'an array' : 'an object'}`
  const [expectedFields, foundFields] = [Object.keys(expected), Object.keys(found)]
  const missing = expectedFields.find((field) => !Object.hasOwn(found, field))
  if (missing !== undefined) return `${path}: ${brief(missing)} is missing`
  const added = foundFields.find((field) => !Object.hasOwn(expected, field))
  if (added !== undefined) return `${path}: ${brief(added)} was added`
  for (const field of expectedFields) {
    const difference = differenceOf(fieldOf(expected, field), fieldOf(found, field), `${path}.${field}`)
    if (difference !== undefined) return difference
  }
  return undefined
}

/** Not `object[field]`, which for `__proto__` may be the prototype. */
function fieldOf(object: object, field: string): unknown {
  return Object.getOwnPropertyDescriptor(object, field)?.value
}

function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]'
}

function brief(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 60)}… (${text.length} characters)` : text
}
