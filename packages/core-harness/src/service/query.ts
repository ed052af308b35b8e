import { Problem } from './problem.ts'

/** The parameters of a URL. A name that comes twice is refused: two readers could take different ones. */
export type Query = Readonly<Record<string, string>>

/**
 * Reads the query of a URL by RFC 3986: nothing is guessed, `+` is a plus sign, what is not encoded properly is refused.
 *
 * @param query what follows the question mark
 * @throws Problem 400 naming the parameter
 */
export function parseQuery(query: string): Query {
  const found: Record<string, string> = Object.create(null) as Record<string, string>
  if (query === '') return found
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=')
    const name = decodeText(at === -1 ? pair : pair.slice(0, at), 'the query')
    if (name in found) throw new Problem(400, `${name} is given twice`, { field: name })
    found[name] = at === -1 ? '' : decodeText(pair.slice(at + 1), name)
  }
  return found
}

/** @throws Problem 400 when the parameter is not there */
export function parameter(query: Query, name: string): string {
  const value = query[name]
  if (value === undefined) throw new Problem(400, `the parameter ${name} is missing`, { field: name })
  return value
}

/** Half a surrogate pair in the three bytes that UTF-8 does not allow. */
const HALF_PAIR = /(%ED%[AB][0-9A-F]%[89AB][0-9A-F])/i

/**
 * Percent-encodes any string, so that no two give the same text: UTF-8, and half a surrogate pair, which has no UTF-8, in
 * the form that WTF-8 (https://simonsapin.github.io/wtf-8/) gives it.
 */
export function encodeText(text: string): string {
  if (text.isWellFormed()) return encodeURIComponent(text)
  return Array.from(text, (character) =>
    character.isWellFormed() ? encodeURIComponent(character) : encodeHalf(character.charCodeAt(0)),
  ).join('')
}

function encodeHalf(unit: number): string {
  const continuation = (bits: number): string => `%${(0x80 | (bits & 0x3f)).toString(16).toUpperCase()}`
  return `%ED${continuation(unit >> 6)}${continuation(unit)}`
}

function decodeText(encoded: string, name: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return decodeWithHalves(encoded, name) // Or it is malformed, which that one says.
  }
}

function decodeWithHalves(encoded: string, name: string): string {
  try {
    return encoded
      .split(HALF_PAIR)
      .map((part, index) => (index % 2 === 0 ? decodeURIComponent(part) : decodeHalf(part)))
      .join('')
  } catch (cause) {
    throw new Problem(400, `${name} is not percent-encoded UTF-8`, { field: name, cause })
  }
}

function decodeHalf(part: string): string {
  const bits = (at: number): number => Number.parseInt(part.slice(at, at + 2), 16) & 0x3f
  return String.fromCharCode(0xd000 | (bits(4) << 6) | bits(7))
}
