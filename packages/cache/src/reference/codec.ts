import type { CacheValue } from '../contract.ts'
import { ValueRefusedError } from './errors.ts'

const BYTES = 0x62 // b: the rest is the value
const JSON_TEXT = 0x6a // j: the rest is JSON
const JSON_WITH_BYTES = 0x78 // x: JSON in which objects and bytes are wrapped, see wrap()
const DEEPEST = 1_000

/** Turns values into bytes and back. What comes back is always a copy that the caller may change. */
export interface Codec {
  /** @throws ValueRefusedError naming `where` and the part of the value that is not JSON or bytes */
  encode(value: CacheValue, where: string): Buffer
  decode(encoded: Buffer): CacheValue
}

/** -0 comes back as 0, as in every JSON writer; lone surrogates, `__proto__` fields and nested bytes come back exactly. */
export const codec: Codec = {
  encode(value, where) {
    if (isBytes(value)) return Buffer.concat([Buffer.of(BYTES), value])
    const holdsBytes = checkPart(value, 'value', 0, where)
    const text = JSON.stringify(holdsBytes ? wrap(value) : value)
    return Buffer.concat([Buffer.of(holdsBytes ? JSON_WITH_BYTES : JSON_TEXT), Buffer.from(text)])
  },

  decode(encoded) {
    if (encoded[0] === BYTES) return new Uint8Array(encoded.subarray(1))
    const parsed: unknown = JSON.parse(encoded.toString('utf8', 1))
    return encoded[0] === JSON_WITH_BYTES ? unwrap(parsed) : (parsed as CacheValue)
  },
}

/** Says whether bytes are nested in the value, and refuses what JSON would drop, change or fail on. */
function checkPart(part: unknown, path: string, depth: number, where: string): boolean {
  if (depth > DEEPEST) refuse(where, path.slice(0, 60), `nested deeper than ${DEEPEST} levels, or within itself`)
  if (part === null || typeof part === 'string' || typeof part === 'boolean') return false
  if (typeof part === 'number') return Number.isFinite(part) ? false : refuse(where, path, String(part))
  if (part === undefined) refuse(where, path, 'undefined')
  if (isBytes(part)) return true
  if (typeof part !== 'object' || !(Array.isArray(part) || isPlainObject(part))) refuse(where, path, describe(part))
  let holdsBytes = false
  // An index loop, because holes of an array are undefined too and forEach would pass over them.
  if (Array.isArray(part))
    for (let at = 0; at < part.length; at++)
      holdsBytes = checkPart(part[at], `${path}[${at}]`, depth + 1, where) || holdsBytes
  else
    for (const [field, inner] of Object.entries(part))
      holdsBytes = checkPart(inner, `${path}.${field}`, depth + 1, where) || holdsBytes
  return holdsBytes
}

/** Objects become `{ o: … }` and bytes `{ b: base64 }`, so that no field of the caller can be taken for the wrapping. */
function wrap(part: CacheValue): unknown {
  if (isBytes(part)) return { b: Buffer.from(part).toString('base64') }
  if (Array.isArray(part)) return part.map(wrap)
  if (typeof part !== 'object' || part === null) return part
  return { o: Object.fromEntries(Object.entries(part).map(([field, inner]) => [field, wrap(inner)])) }
}

function unwrap(part: unknown): CacheValue {
  if (Array.isArray(part)) return part.map(unwrap)
  if (typeof part !== 'object' || part === null) return part as CacheValue
  if ('b' in part) return new Uint8Array(Buffer.from(part.b as string, 'base64'))
  const { o } = part as { o: Record<string, unknown> }
  return Object.fromEntries(Object.entries(o).map(([field, inner]) => [field, unwrap(inner)]))
}

function isBytes(part: unknown): part is Uint8Array {
  return ArrayBuffer.isView(part) && Object.prototype.toString.call(part) === '[object Uint8Array]'
}

/** Also true of an object of another realm, whose Object.prototype is not ours. */
function isPlainObject(part: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(part)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function describe(part: unknown): string {
  return typeof part === 'object' ? `a ${(part as object).constructor?.name ?? 'foreign object'}` : `a ${typeof part}`
}

function refuse(where: string, path: string, found: string): never {
  throw new ValueRefusedError(
    `cannot store ${where}: ${path} is ${found}; store null, leave the field out, or convert it to JSON or bytes`,
  )
}
