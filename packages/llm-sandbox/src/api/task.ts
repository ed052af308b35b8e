import { seededRandom } from '@proving-ground/core-harness/statistics/seeded-random'
import { fixedCompletion, textCompletion } from '../answer/completion.ts'
import type { Completion } from '../answer/completion.ts'
import { UnsupportedSchemaError, sampleOf } from '../answer/schema-sample.ts'
import { seedOf } from '../answer/seed.ts'
import { draw } from '../delivery/distribution.ts'
import type { SandboxOptions } from '../options.ts'
import type { PromptCache } from '../tokens/prompt-cache.ts'
import { PER_REPLY, messageTokens, toolTokens } from '../tokens/prompt-tokens.ts'
import type { FunctionTool, PromptMessage } from '../tokens/prompt-tokens.ts'
import { ApiError, unsupported } from './error.ts'
import { modelOf } from './model.ts'

export type Format =
  | { readonly kind: 'text' }
  | { readonly kind: 'json'; readonly schema: Readonly<Record<string, unknown>>; readonly param: string }

/** What either API asks a model to do. */
export interface Task {
  readonly model: string
  readonly messages: readonly PromptMessage[]
  readonly tools: readonly FunctionTool[]
  readonly forcedTool: FunctionTool | undefined
  readonly format: Format
  readonly seed: number | undefined
  /** Undefined: as many as the model can. */
  readonly mostTokens: number | undefined
  readonly mostTokensParam: string
  readonly stop: readonly string[]
  readonly choices: number
  readonly effort: string
}

/** What came of it. */
export interface Generation {
  readonly choices: readonly Completion[]
  readonly promptTokens: number
  readonly cachedTokens: number
  /** Of all choices, reasoning included. */
  readonly completionTokens: number
  readonly reasoningTokens: number
}

const REASONING_TOKENS: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 0,
  low: 64,
  medium: 128,
  high: 256,
}
const MOST_REASONING_TOKENS = 512

/**
 * Generates the choices. The same task gives the same text, whatever its limit of tokens: that only cuts it.
 *
 * @throws ApiError 404 for an unknown model, 400 for what the model or the sandbox cannot do
 */
export function perform(task: Task, options: SandboxOptions, cache: PromptCache): Generation {
  const model = modelOf(options.models, 'chat', task.model)
  if (task.mostTokens !== undefined && task.mostTokens > model.mostOutputTokens)
    throw new ApiError(400, `${task.mostTokensParam} is more than the ${model.mostOutputTokens} that the model can.`, {
      param: task.mostTokensParam,
      code: 'invalid_value',
    })
  if (model.isReasoning && task.mostTokensParam === 'max_tokens')
    throw new ApiError(400, `max_tokens does not work with ${model.id}: give max_completion_tokens.`, {
      param: 'max_tokens',
      code: 'unsupported_parameter',
    })

  const parts = task.messages.map((message) => ({ text: JSON.stringify(message), tokens: messageTokens(message) }))
  const promptTokens = parts.reduce((sum, { tokens }) => sum + tokens, toolTokens(task.tools) + PER_REPLY)
  if (promptTokens > model.contextTokens)
    throw new ApiError(400, `The prompt has ${promptTokens} tokens and ${model.id} reads ${model.contextTokens}.`, {
      param: 'messages',
      code: 'context_length_exceeded',
    })

  const mostTokens = Math.min(
    task.mostTokens ?? model.mostOutputTokens,
    model.mostOutputTokens,
    model.contextTokens - promptTokens,
  )
  const reasoningTokens = model.isReasoning ? (REASONING_TOKENS[task.effort] ?? MOST_REASONING_TOKENS) : 0
  const fixed = fixedText(task)
  const seed = task.seed ?? options.seed
  const choices = Array.from({ length: task.choices }, (_, index) => {
    if (fixed !== undefined) return fixedCompletion(fixed, { reasoningTokens, mostTokens })
    const random = seededRandom(seedOf(seed, index, task.model, task.messages, task.tools))
    const naturalTokens = Math.max(1, Math.round(draw(options.answerTokens, random)))
    return textCompletion(random, { naturalTokens, reasoningTokens, mostTokens, stop: task.stop })
  })
  const sum = (of: (choice: Completion) => number): number => choices.reduce((total, choice) => total + of(choice), 0)
  return {
    choices,
    promptTokens,
    cachedTokens: cache.cachedTokens(JSON.stringify([task.model, task.tools]), parts),
    completionTokens: sum(({ tokens }) => tokens),
    reasoningTokens: sum((choice) => choice.reasoningTokens),
  }
}

/** The arguments of a call, or JSON of the format that was asked for. */
function fixedText({ forcedTool, format }: Task): string | undefined {
  if (forcedTool) return JSON.stringify(sampled(forcedTool.parameters ?? { type: 'object' }, 'tools'))
  return format.kind === 'json' ? JSON.stringify(sampled(format.schema, format.param)) : undefined
}

function sampled(schema: Readonly<Record<string, unknown>>, param: string): unknown {
  try {
    return sampleOf(schema)
  } catch (error) {
    if (error instanceof UnsupportedSchemaError) throw unsupported(param, `this schema (${error.message})`)
    throw error
  }
}
