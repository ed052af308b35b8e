/** A keyword of EDN, as `:read`. */
export class Keyword {
  /** Without the colon. */
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/**
 * What EDN holds (https://github.com/edn-format/edn), in so far as histories need it: lists, vectors and sets are arrays; a
 * tag is left out, and what it stands before counts; symbols, characters, ratios and numbers without a value are text.
 */
export type Edn = null | boolean | number | bigint | string | Keyword | readonly Edn[] | ReadonlyMap<Edn, Edn>

/** One of the values that a text holds, with the line where it begins, from 1. */
export interface PlacedEdn {
  readonly value: Edn
  readonly line: number
}

/** Where a text stops being EDN. */
export class EdnMistake extends Error {
  readonly line: number

  constructor(problem: string, line: number) {
    super(problem)
    this.line = line
  }
}

/**
 * The values of a text, one after the other; those of a vector or a list when the whole text is one.
 *
 * @throws EdnMistake
 */
export function* readEdn(text: string): Generator<PlacedEdn, void, undefined> {
  const reader = new EdnReader(text)
  yield* reader.values()
}

const SPACE = /(?:[\s,]|;[^\n]*)*/y
const TOKEN = /[^\s,;()[\]{}"]+/y
const STRING = /"[^"\\]*(?:\\[^][^"\\]*)*"/y
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|(.))/gs
const WHOLE = /^[+-]?\d+N?$/
const DECIMAL = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?M?$/
const ESCAPED: Readonly<Record<string, string>> = {
  t: '\t',
  r: '\r',
  n: '\n',
  b: '\b',
  f: '\f',
  '\\': '\\',
  '"': '"',
}
const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' }
const END = Symbol('end')

class EdnReader {
  readonly #text: string
  #offset = 0
  /** Keywords are few, and come again and again. */
  readonly #keywords = new Map<string, Keyword>()
  #lineNumber = 1
  /** Where the line that was counted last ends. */
  #newline: number

  constructor(text: string) {
    this.#text = text
    this.#newline = this.#newlineFrom(0)
  }

  *values(): Generator<PlacedEdn, void, undefined> {
    this.#space()
    const opening = this.#text[this.#offset]
    const closing = opening === '[' || opening === '(' ? CLOSING[opening] : undefined
    if (closing !== undefined) this.#offset++
    for (;;) {
      this.#space()
      const line = this.#line()
      const value = this.#valueOr(closing)
      if (value === END) break
      yield { value, line }
    }
    this.#space()
    if (this.#offset < this.#text.length) throw this.#mistake('something follows on the vector that holds the history')
  }

  /** The next value; END when the closing bracket comes, or the end of the text where there is none. */
  #valueOr(closing: string | undefined): Edn | typeof END {
    for (;;) {
      this.#space()
      const next = this.#text[this.#offset]
      if (next === undefined) {
        if (closing === undefined) return END
        throw this.#mistake(`the text ends before "${closing}"`)
      }
      if (next === closing) {
        this.#offset++
        return END
      }
      if (!this.#text.startsWith('#_', this.#offset)) return this.#value(next)
      this.#offset += 2
      this.#one()
    }
  }

  #one(): Edn {
    const value = this.#valueOr(undefined)
    if (value === END) throw this.#mistake('the text ends where a value is expected')
    return value
  }

  #value(first: string): Edn {
    if (first === '"') return this.#string()
    if (first === '{') return this.#map()
    if (first === '[' || first === '(') return this.#list(CLOSING[first] as string)
    if (first === '#') return this.#dispatch()
    if (first === '\\') return this.#character()
    const token = this.#take(TOKEN)
    if (token === undefined) throw this.#mistake(`"${first}" closes nothing`)
    return this.#atom(token)
  }

  #list(closing: string): Edn[] {
    this.#offset++
    const items: Edn[] = []
    for (let item = this.#valueOr(closing); item !== END; item = this.#valueOr(closing)) items.push(item)
    return items
  }

  #map(): ReadonlyMap<Edn, Edn> {
    const items = this.#list('}')
    if (items.length % 2 === 1) throw this.#mistake('a map ends with a key that has no value')
    const map = new Map<Edn, Edn>()
    for (let at = 0; at < items.length; at += 2) map.set(items[at] as Edn, items[at + 1] as Edn)
    return map
  }

  #dispatch(): Edn {
    this.#offset++
    if (this.#text[this.#offset] === '{') return this.#list('}')
    const tag = this.#take(TOKEN)
    if (tag === undefined) throw this.#mistake('"#" stands before nothing')
    return tag.startsWith('#') ? tag.slice(1) : this.#one() // ##Inf and ##NaN
  }

  #string(): string {
    const quoted = this.#take(STRING)
    if (quoted === undefined) throw this.#mistake('a string does not end')
    const inside = quoted.slice(1, -1)
    if (!inside.includes('\\')) return inside
    return inside.replace(ESCAPE, (all, code: string | undefined, letter: string) => {
      if (code !== undefined) return String.fromCharCode(parseInt(code, 16))
      const meant = ESCAPED[letter]
      if (meant === undefined) throw this.#mistake(`a string holds ${all}, which means nothing`)
      return meant
    })
  }

  #character(): string {
    const first = this.#text.slice(this.#offset + 1, this.#offset + 2)
    this.#offset += 2
    return first + (this.#take(TOKEN) ?? '')
  }

  #atom(token: string): Edn {
    if (token.startsWith(':')) return this.#keyword(token.slice(1))
    if (token === 'nil') return null
    if (token === 'true' || token === 'false') return token === 'true'
    if (WHOLE.test(token)) {
      const digits = token.replace(/^\+|N$/g, '')
      const number = Number(digits)
      return Number.isSafeInteger(number) ? number : BigInt(digits)
    }
    return DECIMAL.test(token) ? Number(token.replace('M', '')) : token
  }

  #keyword(name: string): Keyword {
    const known = this.#keywords.get(name)
    if (known) return known
    const keyword = new Keyword(name)
    this.#keywords.set(name, keyword)
    return keyword
  }

  #space(): void {
    this.#take(SPACE)
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset
    const found = pattern.exec(this.#text)?.[0]
    this.#offset += found?.length ?? 0
    return found
  }

  #line(): number {
    while (this.#newline < this.#offset) {
      this.#lineNumber++
      this.#newline = this.#newlineFrom(this.#newline + 1)
    }
    return this.#lineNumber
  }

  #newlineFrom(offset: number): number {
    const found = this.#text.indexOf('\n', offset)
    return found === -1 ? Infinity : found
  }

  #mistake(problem: string): EdnMistake {
    return new EdnMistake(problem, this.#line())
  }
}
