import { EmbeddingError, toUnitLength } from './embedder.ts'
import type { Embedder } from './embedder.ts'

const TIMEOUT_MS = 5000
const SIMILARITY_THRESHOLD = 0.9

export interface OpenAiEmbedderOptions {
  /** The API's root, up to and with the version: `https://api.openai.com/v1`. */
  readonly baseUrl: string
  readonly apiKey: string
  readonly model: string
  /** Length of the model's vectors (1536 for text-embedding-3-small). A model that can shorten is asked to give this many. */
  readonly dimensions: number
  readonly timeoutMs?: number
  /** Depends on the model; measure it on pairs of your own traffic. */
  readonly similarityThreshold?: number
}

/**
 * The options from EMBEDDING_BASE_URL, EMBEDDING_API_KEY, EMBEDDING_MODEL and EMBEDDING_DIMENSIONS (1536 unless set);
 * undefined when EMBEDDING_BASE_URL is not set, which means the offline embedder.
 *
 * @throws TypeError naming the variable that is missing or malformed
 */
export function embedderOptionsFrom(
  environment: Readonly<Record<string, string | undefined>>,
): OpenAiEmbedderOptions | undefined {
  const baseUrl = environment['EMBEDDING_BASE_URL']
  if (!baseUrl) return undefined
  if (!URL.canParse(baseUrl)) throw new TypeError('EMBEDDING_BASE_URL is not a URL; set it to the root of the API')
  const apiKey = environment['EMBEDDING_API_KEY']
  const model = environment['EMBEDDING_MODEL']
  if (!apiKey) throw new TypeError('EMBEDDING_BASE_URL is set but EMBEDDING_API_KEY is not; set both, or neither')
  if (!model) throw new TypeError('EMBEDDING_BASE_URL is set but EMBEDDING_MODEL is not; set it to the model to use')
  const dimensions = Number(environment['EMBEDDING_DIMENSIONS'] ?? 1536)
  if (!Number.isSafeInteger(dimensions) || dimensions < 1)
    throw new TypeError('EMBEDDING_DIMENSIONS is not a whole number above 0; set it to the length of the vectors')
  return { baseUrl, apiKey, model, dimensions }
}

/**
 * An embedder over the API of OpenAI (POST /embeddings), which most model servers speak.
 * https://platform.openai.com/docs/api-reference/embeddings/create
 */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Embedder {
  const url = `${options.baseUrl.replace(/\/+$/, '')}/embeddings`
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const doing = `embedding with ${options.model}`

  async function post(texts: readonly string[]): Promise<unknown> {
    let response: Response
    try {
      response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${options.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: options.model,
          input: texts,
          dimensions: options.dimensions,
          encoding_format: 'float',
        }),
        signal: AbortSignal.timeout(timeoutMs),
      })
      if (response.ok) return (await response.json()) as unknown
    } catch (cause) {
      throw toEmbeddingError(cause, doing, timeoutMs)
    }
    await response.body?.cancel()
    // The body may repeat the text or the key, so only the status is told.
    throw new EmbeddingError(
      'refused',
      `${doing}: the API answered ${response.status}; ${adviceFor(response.status)}`,
      {
        status: response.status,
      },
    )
  }

  return {
    name: options.model,
    dimensions: options.dimensions,
    similarityThreshold: options.similarityThreshold ?? SIMILARITY_THRESHOLD,
    sees: 'meaning',
    embed: async (texts) =>
      texts.length === 0 ? [] : toVectors(await post(texts), texts.length, options.dimensions, doing),
  }
}

function toEmbeddingError(cause: unknown, doing: string, timeoutMs: number): EmbeddingError {
  const { name } = cause as Error
  if (name === 'TimeoutError')
    return new EmbeddingError('timeout', `${doing}: no answer within ${timeoutMs} ms; raise timeoutMs or check the API`)
  if (name === 'SyntaxError')
    return new EmbeddingError('malformed', `${doing}: the answer is no JSON; check the base URL`)
  return new EmbeddingError('unreachable', `${doing}: the API cannot be reached; check the base URL and the network`, {
    cause,
  })
}

function adviceFor(status: number): string {
  if (status === 401 || status === 403) return 'check the API key'
  if (status === 404) return 'check the base URL and the model'
  if (status === 429) return 'the quota is used up or the rate is too high'
  return status >= 500 ? 'the API is in trouble' : 'check the model and its dimensions'
}

/** The vectors in the order of the texts: the API numbers them and may give them in any order. */
function toVectors(body: unknown, count: number, dimensions: number, doing: string): Float32Array[] {
  const malformed = (found: string): EmbeddingError =>
    new EmbeddingError('malformed', `${doing}: ${found}; check the model and its dimensions`)
  const data: unknown = (body as { data?: unknown } | null)?.data
  if (!Array.isArray(data)) throw malformed('the answer has no list "data"')
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count })
  for (const item of data as readonly ({ index?: unknown; embedding?: unknown } | null)[]) {
    const { index, embedding } = item ?? {}
    if (typeof index !== 'number' || !Array.isArray(embedding)) throw malformed('a vector has no index or no numbers')
    if (embedding.length !== dimensions) throw malformed(`a vector has ${embedding.length} of ${dimensions} numbers`)
    if (!embedding.every((value) => Number.isFinite(value))) throw malformed('a vector holds what is no number')
    if (index in vectors) vectors[index] = toUnitLength(Float32Array.from(embedding as number[]))
  }
  return vectors.map((vector) => {
    if (!vector) throw malformed(`the answer lacks a vector for one of ${count} texts`)
    return vector
  })
}
