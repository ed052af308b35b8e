import type { Embedder } from './embedder.ts'
import { createNgramEmbedder } from './ngram-embedder.ts'
import { createOpenAiEmbedder, embedderOptionsFrom } from './openai-embedder.ts'

/**
 * The model that the environment names with EMBEDDING_BASE_URL and its companions; without one, the offline embedder.
 *
 * @throws TypeError when the environment names a model by halves
 */
export function chooseEmbedder(environment: Readonly<Record<string, string | undefined>>): Embedder {
  const options = embedderOptionsFrom(environment)
  return options ? createOpenAiEmbedder(options) : createNgramEmbedder()
}
