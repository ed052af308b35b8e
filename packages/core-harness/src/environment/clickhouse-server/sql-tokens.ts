export interface Token {
  kind: 'word' | 'quoted' | 'symbol'
  /** Upper case for words, so that keywords compare; as written otherwise. */
  text: string
  start: number
  end: number
  /** How many brackets are open around it; a bracket itself counts as outside. */
  depth: number
}

const SPACE = /\s+/y
const LINE_COMMENT = /(?:--|#!|# )[^\n]*/y
const BLOCK_COMMENT = /\/\*[^]*?(?:\*\/|$)/y
const WORD = /[A-Za-z0-9_$\x80-\xff]+/y
const HEREDOC = /\$([A-Za-z0-9_]*)\$[^]*?\$\1\$/y
const QUOTED: Record<string, RegExp> = {
  "'": /'(?:[^'\\]|\\[^]|'')*(?:'|$)/y,
  '"': /"(?:[^"\\]|\\[^]|"")*(?:"|$)/y,
  '`': /`(?:[^`\\]|\\[^]|``)*(?:`|$)/y,
}

/**
 * The tokens of a statement, lazily: what follows the head of an INSERT is data in any format, and must not be read as
 * SQL. `sql` holds one character a byte (latin1), so that positions are byte positions.
 */
export function* tokens(sql: string): Generator<Token> {
  let at = 0
  let depth = 0
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.exec(sql)?.[0].length ?? 0
  }
  while (at < sql.length) {
    const skipped = match(SPACE) || match(LINE_COMMENT) || match(BLOCK_COMMENT)
    if (skipped > 0) {
      at += skipped
      continue
    }
    const start = at
    const first = sql.charAt(at)
    const quote = QUOTED[first]
    const quotedLength = quote ? match(quote) : first === '$' ? match(HEREDOC) : 0
    if (quotedLength > 0) {
      at += quotedLength
      yield { kind: 'quoted', text: sql.slice(start, at), start, end: at, depth }
      continue
    }
    const wordLength = match(WORD)
    if (wordLength > 0) {
      at += wordLength
      yield { kind: 'word', text: sql.slice(start, at).toUpperCase(), start, end: at, depth }
      continue
    }
    at += 1
    if (first === ')' || first === ']' || first === '}') depth = Math.max(0, depth - 1)
    yield { kind: 'symbol', text: first, start, end: at, depth }
    if (first === '(' || first === '[' || first === '{') depth += 1
  }
}
