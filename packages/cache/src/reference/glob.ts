const ANY_RUN = Symbol('*')
const ANY_ONE = Symbol('?')
type Token = string | typeof ANY_RUN | typeof ANY_ONE

/** A pattern of the contract: `*` any run, `?` one character (a code point), `\` the next character literally. */
export interface Glob {
  /** What every match begins with. */
  readonly literalPrefix: string
  matches(text: string): boolean
}

export function compileGlob(pattern: string): Glob {
  const tokens = tokenize(pattern)
  const firstWildcard = tokens.findIndex((token) => typeof token === 'symbol')
  const literals = firstWildcard === -1 ? tokens : tokens.slice(0, firstWildcard)
  return { literalPrefix: literals.join(''), matches: (text) => matches(tokens, [...text]) }
}

/** Writes a text so that Redis' MATCH takes every character of it literally. */
export function escapeForRedisMatch(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&')
}

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = []
  const characters = [...pattern]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!
    if (character === '*') tokens.push(ANY_RUN)
    else if (character === '?') tokens.push(ANY_ONE)
    // A backslash at the very end has nothing to escape and means itself.
    else if (character === '\\' && at + 1 < characters.length) tokens.push(characters[++at]!)
    else tokens.push(character)
  }
  return tokens
}

/**
 * Goes back to the latest `*` only, so the time is bounded by length times tokens: a pattern comes from a tenant, and a
 * translation to a regular expression could be made to take exponential time.
 */
function matches(tokens: readonly Token[], text: readonly string[]): boolean {
  let token = 0
  let at = 0
  let starToken = -1
  let starAt = 0
  while (at < text.length) {
    if (tokens[token] === ANY_RUN) {
      starToken = token++
      starAt = at
    } else if (token < tokens.length && (tokens[token] === ANY_ONE || tokens[token] === text[at])) {
      token++
      at++
    } else if (starToken !== -1) {
      token = starToken + 1
      at = ++starAt
    } else return false
  }
  while (tokens[token] === ANY_RUN) token++
  return token === tokens.length
}
