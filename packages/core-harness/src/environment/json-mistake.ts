/** Where a text stops being JSON. Line and column count from one. */
export interface JsonMistake {
  readonly line: number
  readonly column: number
  readonly expected: string
}

/**
 * Finds the place, which `JSON.parse` names only for some mistakes.
 *
 * @param text something that `JSON.parse` refuses (RFC 8259)
 */
export function findJsonMistake(text: string): JsonMistake {
  const scanner = new Scanner(text)
  let expected = 'the end of the file'
  try {
    scanner.value()
    scanner.space()
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error
    expected = error.message
  }
  const before = text.slice(0, scanner.offset).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1, expected }
}

class Unexpected extends Error {}

const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y

class Scanner {
  readonly #text: string
  offset = 0

  constructor(text: string) {
    this.#text = text
  }

  value(): void {
    this.space()
    if (this.#take(/\{/y)) this.#list('}', () => this.#field())
    else if (this.#take(/\[/y)) this.#list(']', () => this.value())
    else if (!this.#take(STRING) && !this.#take(SCALAR)) throw new Unexpected('a value')
  }

  space(): void {
    this.#take(/[ \t\r\n]*/y)
  }

  #field(): void {
    this.space()
    if (!this.#take(STRING)) throw new Unexpected('a field name in double quotes')
    this.space()
    if (!this.#take(/:/y)) throw new Unexpected('":"')
    this.value()
  }

  /** What stands between brackets, of which the first is taken. */
  #list(end: '}' | ']', item: () => void): void {
    this.space()
    const last = end === '}' ? /\}/y : /\]/y
    if (this.#take(last)) return
    for (;;) {
      item()
      this.space()
      if (this.#take(last)) return
      if (!this.#take(/,/y)) throw new Unexpected(`"," or "${end}"`)
    }
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset
    const [found] = pattern.exec(this.#text) ?? []
    this.offset += found?.length ?? 0
    return found !== undefined
  }
}
