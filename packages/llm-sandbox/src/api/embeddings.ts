import { createHash } from 'node:crypto'
import { z } from 'zod'
import { cl100k } from '../tokens/tokenizer.ts'
import type { Tokenizer } from '../tokens/tokenizer.ts'
import { ApiError } from './error.ts'
import { modelOf } from './model.ts'
import type { Model } from './model.ts'
import { validated } from './validate.ts'

const MOST_INPUTS = 2_048
const MOST_TOKENS_OF_INPUT = 8_192
const MOST_TOKENS = 300_000

const tokens = z.array(z.int()).min(1)
const body = z.strictObject({
  model: z.string().min(1),
  input: z.union([
    z.string(),
    z.array(z.string()).min(1).max(MOST_INPUTS),
    tokens,
    z.array(tokens).min(1).max(MOST_INPUTS),
  ]),
  dimensions: z.int().min(1).optional(),
  encoding_format: z.enum(['float', 'base64']).optional(),
  user: z.unknown().optional(),
})

/** What is known of a request before its vectors are made. */
export interface EmbeddingRequest {
  readonly model: string
  readonly texts: readonly string[]
  readonly dimensions: number
  readonly isBase64: boolean
  readonly promptTokens: number
}

/** @throws ApiError 404 for an unknown model, 400 for a parameter that is wrong */
export async function readEmbeddingRequest(given: unknown, models: readonly Model[]): Promise<EmbeddingRequest> {
  const read = validated(body, given)
  const model = modelOf(models, 'embedding', read.model)
  const isShortened = read.dimensions !== undefined && read.dimensions !== model.dimensions
  if (isShortened && (!model.canShorten || (read.dimensions as number) > model.dimensions))
    throw new ApiError(400, `dimensions is ${read.dimensions}; ${model.id} has ${model.dimensions}.`, {
      param: 'dimensions',
      code: 'invalid_value',
    })
  const tokenizer = await cl100k()
  const inputs = inputsOf(read.input).map((input) => readInput(input, tokenizer))
  const promptTokens = inputs.reduce((sum, input) => sum + input.tokens, 0)
  if (promptTokens > MOST_TOKENS)
    throw new ApiError(400, `The inputs have ${promptTokens} tokens; a request has at most ${MOST_TOKENS}.`, {
      param: 'input',
      code: 'max_tokens_per_request',
    })
  return {
    model: model.id,
    texts: inputs.map(({ text }) => text),
    dimensions: read.dimensions ?? model.dimensions,
    isBase64: read.encoding_format === 'base64',
    promptTokens,
  }
}

/** As https://platform.openai.com/docs/api-reference/embeddings/create has it. */
export function embeddingList({ model, texts, dimensions, isBase64, promptTokens }: EmbeddingRequest): object {
  return {
    object: 'list',
    data: texts.map((text, index) => {
      const vector = embeddingOf(model, text, dimensions)
      const embedding = isBase64 ? Buffer.from(vector.buffer).toString('base64') : [...vector]
      return { object: 'embedding', index, embedding }
    }),
    model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  }
}

/**
 * A vector of length 1 that is the same for the same text, and near to no other: it knows nothing of meaning. Fewer
 * dimensions are the first ones of the whole vector, brought to length 1 again, as the API shortens them.
 */
export function embeddingOf(model: string, text: string, dimensions: number): Float32Array {
  // A pair of numbers for each pair of dimensions, so that a shorter vector begins as the longer does.
  const pairs = Math.ceil(dimensions / 2)
  const bytes = createHash('shake256', { outputLength: pairs * 8 })
    .update(`${model}\0${text}`)
    .digest()
  const normal = new Float64Array(pairs * 2)
  for (let pair = 0; pair < pairs; pair++) {
    // Box and Muller: directions are even only when the numbers are normal.
    const length = Math.sqrt(-2 * Math.log((bytes.readUInt32LE(pair * 8) + 1) / 2 ** 32))
    const angle = (2 * Math.PI * bytes.readUInt32LE(pair * 8 + 4)) / 2 ** 32
    normal[pair * 2] = length * Math.cos(angle)
    normal[pair * 2 + 1] = length * Math.sin(angle)
  }
  const vector = normal.subarray(0, dimensions)
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return Float32Array.from(vector, (value) => value / norm)
}

type Input = string | readonly number[]

function inputsOf(
  input: string | readonly string[] | readonly number[] | readonly (readonly number[])[],
): readonly Input[] {
  return typeof input === 'string' || typeof input[0] === 'number' ? [input as Input] : (input as readonly Input[])
}

function readInput(input: Input, tokenizer: Tokenizer): { readonly text: string; readonly tokens: number } {
  const [text, count] =
    typeof input === 'string' ? [input, tokenizer.count(input)] : [decoded(input, tokenizer), input.length]
  if (text === '') throw new ApiError(400, 'An input is empty.', { param: 'input', code: 'invalid_value' })
  if (count > MOST_TOKENS_OF_INPUT)
    throw new ApiError(400, `An input has ${count} tokens; it may have ${MOST_TOKENS_OF_INPUT}.`, {
      param: 'input',
      code: 'context_length_exceeded',
    })
  return { text, tokens: count }
}

function decoded(ids: readonly number[], tokenizer: Tokenizer): string {
  try {
    return tokenizer.decode(ids)
  } catch (error) {
    throw new ApiError(400, `input: ${(error as Error).message}.`, { param: 'input', code: 'invalid_value' })
  }
}
