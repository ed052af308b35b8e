import type { GptEncoding } from 'gpt-tokenizer/GptEncoding'
import * as o200kBase from 'gpt-tokenizer/encoding/o200k_base'

/** A part of an answer that is sent as one: a token, or a few where one alone is no whole character. */
export interface Piece {
  readonly text: string
  readonly tokens: number
}

export interface Tokenizer {
  /** How many tokens a text has. What looks like a special token is text. */
  count(text: string): number
  pieces(text: string): readonly Piece[]
  /** @throws RangeError for an id that is no token */
  decode(ids: readonly number[]): string
}

type Encoding = Pick<GptEncoding, 'countTokens' | 'encode' | 'decode' | 'vocabularySize'>

/** Without it the library throws for a text that holds the name of a special token. */
const AS_TEXT = { disallowedSpecial: new Set<string>() }

/**
 * Byte pair encoding of one unbroken word takes the library a time that grows with its square: 12 s for 100,000 letters.
 * Runs of this many characters of a kind are counted on their own, which may add one token for each.
 */
const LONGEST_RUN = 1_000
const LONG_RUN = new RegExp(
  `[\\p{L}\\p{M}]{${LONGEST_RUN}}|\\s{${LONGEST_RUN}}|[^\\s\\p{L}\\p{M}\\p{N}]{${LONGEST_RUN}}`,
  'gu',
)

function tokenizerOf(encoding: Encoding): Tokenizer {
  return {
    count: (text) => runsOf(text).reduce((sum, run) => sum + encoding.countTokens(run, AS_TEXT), 0),
    pieces: (text) => runsOf(text).flatMap((run) => piecesOf(encoding, run)),
    decode(ids) {
      const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= encoding.vocabularySize)
      if (wrong !== undefined) throw new RangeError(`${wrong} is no token id`)
      return encoding.decode(ids)
    },
  }
}

function runsOf(text: string): readonly string[] {
  if (text.length <= LONGEST_RUN) return [text]
  const runs: string[] = []
  let from = 0
  for (const { index, 0: run } of text.matchAll(LONG_RUN)) {
    runs.push(text.slice(from, index + run.length))
    from = index + run.length
  }
  return [...runs, text.slice(from)]
}

function piecesOf(encoding: Encoding, text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let pending: number[] = []
  for (const id of encoding.encode(text, AS_TEXT)) {
    pending.push(id)
    const decoded = encoding.decode(pending)
    if (decoded.endsWith('\ufffd')) continue
    pieces.push({ text: decoded, tokens: pending.length })
    pending = []
  }
  if (pending.length > 0) pieces.push({ text: encoding.decode(pending), tokens: pending.length })
  return pieces
}

/** The encoding of the models that chat. */
export const o200k = tokenizerOf(o200kBase)

let loaded: Promise<Tokenizer> | undefined

/** The encoding of the models that embed. It takes 50 MB and is loaded by the first who asks. */
export function cl100k(): Promise<Tokenizer> {
  return (loaded ??= import('gpt-tokenizer/encoding/cl100k_base').then(tokenizerOf))
}
