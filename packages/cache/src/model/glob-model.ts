/**
 * What the contract says of patterns, in the fewest words: `*` any run of characters, `?` one character, `\` the next
 * character literally, everything else literal. A regular expression, where an implementation would rather not use one.
 */
export function modelMatches(pattern: string, key: string): boolean {
  const source = [...pattern.matchAll(/\\([^])|([^])/gu)].map(([, escaped, plain]) => {
    if (plain === '*') return '[^]*'
    if (plain === '?') return '[^]'
    return `\\u{${(escaped ?? plain)!.codePointAt(0)!.toString(16)}}`
  })
  return new RegExp(`^${source.join('')}$`, 'u').test(key)
}
