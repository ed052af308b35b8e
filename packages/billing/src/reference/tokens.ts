import { createRequire } from 'node:module'

const ENCODING = 'gpt-tokenizer/encoding/o200k_base'

type Encoding = typeof import('gpt-tokenizer/encoding/o200k_base')

/** Loaded when first there is something to count: it takes 0.2 s and 50 MiB, which most nodes have no use for. */
let loaded: Encoding | undefined

/**
 * The time that one unbroken word takes grows with the square of its length: 12 s for 100,000 letters. Longer runs are
 * counted in parts, which may add one token for each.
 */
const LONGEST_RUN = 1_000
const LONG_RUN = new RegExp(
  `[\\p{L}\\p{M}]{${LONGEST_RUN}}|\\s{${LONGEST_RUN}}|[^\\s\\p{L}\\p{M}\\p{N}]{${LONGEST_RUN}}`,
  'gu',
)
/** What looks like a special token is text, where a user wrote it. */
const AS_TEXT = { disallowedSpecial: new Set<string>() }

/** How many tokens a text has, in the encoding of the models that chat. */
export function tokensIn(text: string): number {
  const { countTokens } = (loaded ??= createRequire(import.meta.url)(ENCODING) as Encoding)
  let [tokens, from] = [0, 0]
  if (text.length > LONGEST_RUN)
    for (const { index, 0: run } of text.matchAll(LONG_RUN)) {
      const to = index + run.length
      tokens += countTokens(text.slice(from, to), AS_TEXT)
      from = to
    }
  return tokens + countTokens(text.slice(from), AS_TEXT)
}
