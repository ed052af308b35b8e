import type { FastifyInstance } from '@proving-ground/core-harness/service'
import { unknownModel } from './error.ts'

/** A model that the sandbox plays. */
export type Model = ChatModel | EmbeddingModel

export interface ChatModel {
  readonly kind: 'chat'
  readonly id: string
  /** Prompt and answer together. */
  readonly contextTokens: number
  readonly mostOutputTokens: number
  /** Generates reasoning tokens before an answer. */
  readonly isReasoning: boolean
}

export interface EmbeddingModel {
  readonly kind: 'embedding'
  readonly id: string
  readonly dimensions: number
  /** Whether `dimensions` of a request may be less. */
  readonly canShorten: boolean
}

const CREATED_S = 1_735_689_600

const chat = (id: string, contextTokens: number, mostOutputTokens: number, isReasoning = false): ChatModel => ({
  kind: 'chat',
  id,
  contextTokens,
  mostOutputTokens,
  isReasoning,
})

/** Limits as https://platform.openai.com/docs/models has them. */
export const DEFAULT_MODELS: readonly Model[] = [
  chat('gpt-4o', 128_000, 16_384),
  chat('gpt-4o-mini', 128_000, 16_384),
  chat('gpt-4.1', 1_047_576, 32_768),
  chat('gpt-4.1-mini', 1_047_576, 32_768),
  chat('o4-mini', 200_000, 100_000, true),
  chat('gpt-5', 400_000, 128_000, true),
  chat('gpt-5-mini', 400_000, 128_000, true),
  { kind: 'embedding', id: 'text-embedding-3-small', dimensions: 1_536, canShorten: true },
  { kind: 'embedding', id: 'text-embedding-3-large', dimensions: 3_072, canShorten: true },
  { kind: 'embedding', id: 'text-embedding-ada-002', dimensions: 1_536, canShorten: false },
]

/** @throws ApiError 404 when there is none of that name and kind */
export function modelOf<Kind extends Model['kind']>(
  models: readonly Model[],
  kind: Kind,
  id: string,
): Extract<Model, { kind: Kind }> {
  const found = models.find((model) => model.id === id)
  if (found?.kind === kind) return found as Extract<Model, { kind: Kind }>
  throw unknownModel(id)
}

/** GET /models and /models/:id. */
export function declareModelRoutes(app: FastifyInstance, models: readonly Model[]): void {
  const shown = (model: Model): object => ({
    id: model.id,
    object: 'model',
    created: CREATED_S,
    owned_by: 'proving-ground',
  })
  app.get('/models', () => ({ object: 'list', data: models.map(shown) }))
  app.get<{ Params: { id: string } }>('/models/:id', ({ params }) => {
    const model = models.find(({ id }) => id === params.id)
    if (!model) throw unknownModel(params.id)
    return shown(model)
  })
}
