import { toUnitLength } from './embedder.ts'
import type { Embedder } from './embedder.ts'
import { isFunctionWord } from './function-words.ts'

const DIMENSIONS = 512
const GRAM = 3
/** What a letter of "the" or "please" counts against one of "invoice". */
const FUNCTION_WORD_WEIGHT = 0.25

/**
 * An embedder that needs no network and no model: character trigrams, across the borders of words, hashed with a sign
 * into 512 dimensions (feature hashing; Weinberger et al. 2009, https://arxiv.org/abs/0902.2206). The same text gives
 * the same vector on every machine.
 *
 * It sees that two prompts share their wording: other case, punctuation, politeness, word order, a plural, a typo. It
 * does not see meaning: "remove" and "delete" are strangers to it, "enable" and "disable" nearly the same, so it finds
 * few true paraphrases and must be used with a guard. Scripts without spaces work, languages are not translated.
 */
export function createNgramEmbedder(): Embedder {
  return {
    name: 'ngram-3',
    dimensions: DIMENSIONS,
    // Every rewording among the labelled pairs reaches it, the least alike with 0.69; unrelated questions stay below 0.2.
    // So do not most traps (48 of 56 reach it), nor would they at 0.95 (8): telling those apart is the guard's part.
    similarityThreshold: 0.65,
    sees: 'surface',
    embed: (texts) => Promise.resolve(texts.map(embedText)),
  }
}

function embedText(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS)
  const words = toWords(text)
  if (words.length === 0) return vector
  const letters = ['_']
  const weights = [FUNCTION_WORD_WEIGHT]
  for (const word of words) {
    const weight = isFunctionWord(word) ? FUNCTION_WORD_WEIGHT : 1
    for (const letter of word) {
      letters.push(letter)
      weights.push(weight)
    }
    letters.push('_')
    weights.push(weight)
  }
  for (let start = 0; start + GRAM <= letters.length; start++) {
    const hash = hashOf(letters.slice(start, start + GRAM).join(''))
    // The middle letter says which word a trigram belongs to.
    vector[hash % DIMENSIONS]! += (hash >>> 31 === 0 ? 1 : -1) * weights[start + 1]!
  }
  return toUnitLength(vector)
}

/** Lower case, one form for equivalent characters, and letters and digits only. */
function toWords(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  )
}

/** FNV-1a with the finaliser of MurmurHash3, so that the low bits (the dimension) and the high bit (the sign) are independent. */
function hashOf(gram: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < gram.length; index++) hash = Math.imul(hash ^ gram.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
