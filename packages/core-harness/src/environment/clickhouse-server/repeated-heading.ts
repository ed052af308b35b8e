const NEWLINE = 0x0a
const DOUBLE_QUOTE = 0x22

/**
 * Where the rows of a piece begin: every piece of a result is a document of its own, heading included, and the response
 * has one heading only.
 *
 * @param quotedNames a line break inside double quotes belongs to a name (CSV)
 */
export function headingLength(piece: Uint8Array, lines: number, quotedNames: boolean): number {
  let quoted = false
  let left = lines
  for (let at = 0; at < piece.length && left > 0; at += 1) {
    if (quotedNames && piece[at] === DOUBLE_QUOTE) quoted = !quoted
    else if (piece[at] === NEWLINE && !quoted) left -= 1
    if (left === 0) return at + 1
  }
  return left === 0 ? 0 : piece.length
}
