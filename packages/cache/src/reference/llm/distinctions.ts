import { createHash } from 'node:crypto'
import type { Embedder } from './embedder.ts'
import { wordingOf } from './wording.ts'

const NUMBER_WORDS: Readonly<Record<string, string>> = {
  zero: '0', two: '2', three: '3', four: '4', five: '5', six: '6', seven: '7', eight: '8', nine: '9', ten: '10',
  eleven: '11', twelve: '12', twenty: '20', thirty: '30', forty: '40', fifty: '50', hundred: '100', thousand: '1000',
} // prettier-ignore

const NEGATIONS = /(\b(not|no|never|without|cannot|neither|nor|none|nothing|except|unless|instead)\b|n't\b)/g

/** Sides of an opposition, as whole words and as stems of verbs and adjectives. */
const OPPOSITE_WORDS =
  'add adds added begin begins buy buys deny denies end ends push pull read reads write writes up down off in out under ' +
  'over above below before after first last min max minimum maximum more less fewer most least true false old new all ' +
  'any some only every both public private mandatory optional lower higher'
const OPPOSITE_STEMS =
  'enabl disabl activat deactivat allow block unblock grant revok remov creat delet start stop open clos lock unlock ' +
  'increas decreas rais reduc upgrad downgrad import export upload download encrypt decrypt encod decod includ exclud ' +
  'connect disconnect subscrib unsubscrib install uninstall paus resum cancel renew send receiv sell succe fail ' +
  'synchron asynchron incom outgo internal external credit debit approv reject accept declin permit forbid archiv restor'
const OPPOSITES = new RegExp(
  `\\b((${OPPOSITE_WORDS.replaceAll(' ', '|')})\\b|(${OPPOSITE_STEMS.replaceAll(' ', '|')}))`,
  'g',
)

const QUOTED = /`[^`]+`|"[^"]+"|\u201c[^\u201d]+\u201d|\u00ab[^\u00bb]+\u00bb|(?<=\s|^)'[^']+'(?=\W|$)/g
const DIRECTIONS = /\b(from|into|than|versus|vs\.?|instead of|rather than)\s+((the|a|an|my|our)\s+)?[^\s,.;:!?]+/g

/**
 * What two prompts must have in common before an answer of the one is served for the other, however alike their vectors
 * are: numbers, negations, sides of an opposition, directions, quoted text and code, identifiers and names. Vectors of
 * any embedder are nearly blind to these ("limit is 10", "limit is 100"; "enable", "disable"), and each of them changes
 * the answer. An embedder that sees only the surface cannot tell a synonym from any other word, so for it the whole
 * wording must agree, framing and fillers aside. Written for English; numbers, quotes and identifiers hold in any language.
 *
 * A distinction too many costs one call of the model, one too few gives a wrong answer; the rules lean to the former.
 *
 * @returns 16 bytes, equal exactly when the distinctions are
 */
export function distinctionsOf(prompt: string, sees: Embedder['sees']): Buffer {
  const text = prompt.normalize('NFKC').replaceAll(/[\u2018\u2019]/g, "'")
  const quoted = text.match(QUOTED) ?? []
  const facts = sees === 'surface' ? [quoted, wordingOf(text)] : [quoted, ...factsOf(text)]
  return createHash('sha256').update(JSON.stringify(facts)).digest().subarray(0, 16)
}

function factsOf(text: string): (number | readonly string[])[] {
  const lower = text.toLowerCase()
  return [
    numbersIn(lower),
    lower.match(NEGATIONS)?.length ?? 0,
    lower.match(OPPOSITES) ?? [],
    lower.match(DIRECTIONS) ?? [],
    identifiersIn(text),
    namesIn(text),
  ]
}

/** Numbers in order, as digits: "1,000" is "1000", "ten" is "10". */
function numbersIn(lower: string): string[] {
  const tokens = lower.match(/[-+<>=$\u20ac\u00a3]*\d[\d,._:/]*%?|\p{L}+/gu) ?? []
  return tokens.flatMap((token) => {
    if (/\d/.test(token)) return [token.replaceAll(',', '').replace(/[._:/]+$/, '')]
    const digits = NUMBER_WORDS[token]
    return digits === undefined ? [] : [digits]
  })
}

/** Paths, addresses, snake_case, camelCase, acronyms, words with digits or symbols; in order, without regard to case. */
function identifiersIn(text: string): string[] {
  return text
    .split(/\s+/)
    .map((word) => word.replace(/^["'(]+/, '').replace(/["').,;:!?]+$/, ''))
    .filter(
      (word) =>
        /[\p{L}\p{N}][_./:@#\\=][\p{L}\p{N}]/u.test(word) ||
        /\p{Ll}\p{Lu}/u.test(word) ||
        /^\p{Lu}{2,}s?$/u.test(word) ||
        /(\p{L}\d|\d\p{L})/u.test(word) ||
        /[+#$*&|~^<>@]/.test(word),
    )
    .map((word) => word.toLowerCase())
}

/** Words with a capital that no sentence begins with, in order. */
function namesIn(text: string): string[] {
  const matches = text.matchAll(/(?<![.!?:]\s*|^\s*|\n\s*)(?<=\s)\p{Lu}[\p{L}\p{M}'-]+/gu)
  return Array.from(matches, ([name]) => name.toLowerCase().replace(/'s$/, ''))
}
