const BASE = 0x01000193
const LEAST_FILTER_BITS = 10
const LONGEST_WINDOW = 32

/**
 * Finds many tokens in a text in one pass (Karp and Rabin 1987, Efficient Randomized Pattern-Matching Algorithms): a hash rolls
 * over the text, as wide as the shortest token. Where it is the hash of the beginning of a token, the token is compared.
 */
export class TokenSearch {
  readonly #width: number
  /** What the character that leaves the window has been multiplied with. */
  readonly #leaving: number
  /** Tokens by the hash of their beginning, the longest first. */
  readonly #tokens = new Map<number, string[]>()
  /** Which hashes there may be: nearly all places of a text are ruled out by it. */
  readonly #filter: Uint8Array
  readonly #shift: number

  /** @param tokens none empty */
  constructor(tokens: readonly string[]) {
    this.#width = tokens.reduce((width, { length }) => Math.min(width, length), LONGEST_WINDOW)
    this.#leaving = power(BASE, this.#width)
    const bits = Math.max(LEAST_FILTER_BITS, 4 + Math.ceil(Math.log2(tokens.length + 1)))
    this.#shift = 32 - bits
    this.#filter = new Uint8Array(2 ** bits)
    for (const token of tokens.toSorted((a, b) => b.length - a.length)) {
      const hash = this.#hashOf(token)
      this.#filter[hash >>> this.#shift] = 1
      const same = this.#tokens.get(hash)
      if (same === undefined) this.#tokens.set(hash, [token])
      else same.push(token)
    }
  }

  /** Calls `found` for each place where a token stands, but not for one that lies within another. */
  in(text: string, found: (token: string) => void): void {
    let hash = 0
    let coveredTo = 0
    for (let end = 1; end <= text.length; end++) {
      const begin = end - this.#width
      hash = this.#roll(hash, text.charCodeAt(end - 1))
      if (begin > 0) hash = (hash - Math.imul(text.charCodeAt(begin - 1), this.#leaving)) | 0
      if (begin < 0 || this.#filter[hash >>> this.#shift] === 0) continue
      const token = this.#tokens.get(hash)?.find((one) => text.startsWith(one, begin))
      if (token === undefined || begin + token.length <= coveredTo) continue
      coveredTo = begin + token.length
      found(token)
    }
  }

  #hashOf(token: string): number {
    let hash = 0
    for (let at = 0; at < this.#width; at++) hash = this.#roll(hash, token.charCodeAt(at))
    return hash
  }

  #roll(hash: number, character: number): number {
    return (Math.imul(hash, BASE) + character) | 0
  }
}

/** Modulo 2^32. */
function power(base: number, exponent: number): number {
  let product = 1
  for (let times = 0; times < exponent; times++) product = Math.imul(product, base)
  return product
}
