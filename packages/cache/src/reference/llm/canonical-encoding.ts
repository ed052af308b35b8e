import type { CacheValue } from '../../contract.ts'

/**
 * Bytes that stand for a value and for no other one: every part carries its type and its length, so no content of one
 * field can be mistaken for the border of the next. Numbers are equal as `===` has it (0 and -0 are one number);
 * the order of an object's fields does not matter, the order of a list does. Strings are taken as UTF-16, because UTF-8
 * has one replacement character for every lone surrogate. Fields that are `undefined` are left out, as JSON does.
 *
 * @throws TypeError naming the path of a part that is no JSON value and no bytes
 */
export function encodeCanonically(value: CacheValue): Buffer {
  const parts: Buffer[] = []
  append(parts, value, '$')
  return Buffer.concat(parts)
}

function append(parts: Buffer[], value: unknown, path: string): void {
  if (value === null) parts.push(tag('n'))
  else if (typeof value === 'boolean') parts.push(tag(value ? 't' : 'f'))
  else if (typeof value === 'number') parts.push(tag('d'), float(value, path))
  else if (typeof value === 'string') appendSized(parts, 's', Buffer.from(value, 'utf16le'))
  else if (value instanceof Uint8Array) appendSized(parts, 'b', Buffer.from(value))
  else if (Array.isArray(value)) appendList(parts, value, path)
  else if (isRecord(value)) appendRecord(parts, value, path)
  else throw new TypeError(`encoding ${path}: a ${typeof value} is no JSON value and no bytes; pass plain data`)
}

function appendList(parts: Buffer[], list: readonly unknown[], path: string): void {
  parts.push(tag('a'), size(list.length))
  list.forEach((item, index) => append(parts, item, `${path}[${index}]`))
}

function appendRecord(parts: Buffer[], record: Readonly<Record<string, unknown>>, path: string): void {
  const fields = Object.keys(record).filter((field) => record[field] !== undefined)
  parts.push(tag('o'), size(fields.length))
  for (const field of fields.sort()) {
    append(parts, field, path)
    append(parts, record[field], `${path}.${field}`)
  }
}

function appendSized(parts: Buffer[], type: string, bytes: Buffer): void {
  parts.push(tag(type), size(bytes.length), bytes)
}

function tag(type: string): Buffer {
  return Buffer.from(type, 'latin1')
}

function size(count: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(count)
  return bytes
}

function float(value: number, path: string): Buffer {
  if (!Number.isFinite(value)) throw new TypeError(`encoding ${path}: ${value} is not a finite number`)
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value === 0 ? 0 : value)
  return bytes
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // A plain object of another realm (Jest runs tests in one) has a prototype that is not ours, but that ends the chain.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
