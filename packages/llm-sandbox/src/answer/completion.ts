import { o200k } from '../tokens/tokenizer.ts'
import type { Piece } from '../tokens/tokenizer.ts'
import { sentencePieces } from './sentences.ts'

/** What a model generates for one choice. */
export interface Completion {
  /** Generated before the answer and never shown; part of the tokens that are paid for. */
  readonly reasoningTokens: number
  readonly pieces: readonly Piece[]
  readonly tokens: number
  readonly isCutByLength: boolean
}

/** Words, as many tokens as `naturalTokens`, or until a stop sequence or the limit ends them. */
export function textCompletion(
  random: () => number,
  limits: {
    readonly naturalTokens: number
    readonly reasoningTokens: number
    readonly mostTokens: number
    readonly stop: readonly string[]
  },
): Completion {
  const words = sentencePieces(random)
  // One more than may be kept shows that the limit cut it.
  const length = Math.min(limits.naturalTokens, limits.mostTokens + 1)
  const pieces = Array.from({ length }, () => ({ text: words.next().value, tokens: 1 }))
  return limited(untilStop(pieces, limits.stop), limits)
}

/** A given text: the arguments of a call, or JSON. */
export function fixedCompletion(
  text: string,
  limits: { readonly reasoningTokens: number; readonly mostTokens: number },
): Completion {
  return limited(o200k.pieces(text), limits)
}

export function textOf({ pieces }: Completion): string {
  return pieces.map(({ text }) => text).join('')
}

/** Reasoning comes first and may leave no room for the answer. */
function limited(
  pieces: readonly Piece[],
  { reasoningTokens, mostTokens }: { readonly reasoningTokens: number; readonly mostTokens: number },
): Completion {
  const thought = Math.min(reasoningTokens, mostTokens)
  const kept: Piece[] = []
  let tokens = thought
  for (const piece of pieces) {
    if (tokens + piece.tokens > mostTokens) break
    kept.push(piece)
    tokens += piece.tokens
  }
  return { reasoningTokens: thought, pieces: kept, tokens, isCutByLength: kept.length < pieces.length }
}

/** The pieces before the first stop sequence, which is not part of the answer and may begin within a piece. */
function untilStop(pieces: readonly Piece[], stop: readonly string[]): readonly Piece[] {
  if (stop.length === 0) return pieces
  const text = pieces.map((piece) => piece.text).join('')
  const end = Math.min(...stop.map((sequence) => text.indexOf(sequence)).filter((at) => at >= 0))
  return end === Infinity ? pieces : o200k.pieces(text.slice(0, end))
}
