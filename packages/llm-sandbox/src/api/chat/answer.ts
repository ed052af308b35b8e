import { randomUUID } from 'node:crypto'
import { textOf } from '../../answer/completion.ts'
import type { Completion } from '../../answer/completion.ts'
import type { StreamEvent } from '../../delivery/exchange.ts'
import type { Generation } from '../task.ts'
import type { ChatRequest } from './request.ts'

/** `usage` of https://platform.openai.com/docs/api-reference/chat/object */
export function chatUsage(generation: Generation): object {
  return {
    prompt_tokens: generation.promptTokens,
    completion_tokens: generation.completionTokens,
    total_tokens: generation.promptTokens + generation.completionTokens,
    prompt_tokens_details: { cached_tokens: generation.cachedTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: generation.reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

/** The whole answer as one object. */
export function chatCompletion(request: ChatRequest, generation: Generation, fingerprint: string): object {
  return {
    ...head(request, 'chat.completion'),
    choices: generation.choices.map((choice, index) => ({
      index,
      message: messageOf(request, choice),
      logprobs: null,
      finish_reason: finishReason(request, choice),
    })),
    usage: chatUsage(generation),
    service_tier: 'default',
    system_fingerprint: fingerprint,
  }
}

/**
 * The answer as https://platform.openai.com/docs/api-reference/chat-streaming has it: for each choice its role, a chunk for
 * each token, and why it ended; then, when it was asked for, a chunk with the usage and no choices.
 */
export function* chatChunks(request: ChatRequest, generation: Generation, fingerprint: string): Generator<StreamEvent> {
  const shared = { ...head(request, 'chat.completion.chunk'), service_tier: 'default', system_fingerprint: fingerprint }
  const prefix = `data: ${JSON.stringify(shared).slice(0, -1)}`
  const suffix = `${request.includeUsage ? ',"usage":null' : ''}}\n\n`
  const chunk = (index: number, delta: string, finish: string, tokens: number): StreamEvent => ({
    text: `${prefix},"choices":[{"index":${index},"delta":${delta},"logprobs":null,"finish_reason":${finish}}]${suffix}`,
    tokens,
  })
  const { forcedTool } = request.task

  for (const [index, choice] of generation.choices.entries())
    yield chunk(index, JSON.stringify(firstDelta(request)), 'null', choice.reasoningTokens)
  const longest = Math.max(...generation.choices.map(({ pieces }) => pieces.length))
  for (let at = 0; at < longest; at++)
    for (const [index, { pieces }] of generation.choices.entries()) {
      const piece = pieces[at]
      if (!piece) continue
      const text = JSON.stringify(piece.text)
      const delta = forcedTool ? `{"tool_calls":[{"index":0,"function":{"arguments":${text}}}]}` : `{"content":${text}}`
      yield chunk(index, delta, 'null', piece.tokens)
    }
  for (const [index, choice] of generation.choices.entries())
    yield chunk(index, '{}', JSON.stringify(finishReason(request, choice)), 0)
  if (request.includeUsage)
    yield { text: `${prefix},"choices":[],"usage":${JSON.stringify(chatUsage(generation))}}\n\n`, tokens: 0 }
  yield { text: 'data: [DONE]\n\n', tokens: 0 }
}

function head({ task }: ChatRequest, object: string): object {
  return {
    id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
    object,
    created: Math.floor(Date.now() / 1_000),
    model: task.model,
  }
}

function messageOf({ task }: ChatRequest, choice: Completion): object {
  const message = { role: 'assistant', refusal: null, annotations: [] }
  if (!task.forcedTool) return { ...message, content: textOf(choice) }
  const call = { name: task.forcedTool.name, arguments: textOf(choice) }
  return { ...message, content: null, tool_calls: [{ id: callId(), type: 'function', function: call }] }
}

function firstDelta({ task }: ChatRequest): object {
  if (!task.forcedTool) return { role: 'assistant', content: '', refusal: null }
  const call = { name: task.forcedTool.name, arguments: '' }
  return {
    role: 'assistant',
    content: null,
    tool_calls: [{ index: 0, id: callId(), type: 'function', function: call }],
    refusal: null,
  }
}

function callId(): string {
  return `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`
}

/** Who names the function that must be called is told `stop`, as https://platform.openai.com/docs/guides/function-calling says. */
function finishReason({ mustCall }: ChatRequest, choice: Completion): string {
  if (choice.isCutByLength) return 'length'
  return mustCall === 'one of them' ? 'tool_calls' : 'stop'
}
