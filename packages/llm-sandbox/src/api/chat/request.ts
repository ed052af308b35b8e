import { z } from 'zod'
import type { FunctionTool, PromptMessage } from '../../tokens/prompt-tokens.ts'
import { ApiError, unsupported } from '../error.ts'
import { validated } from '../validate.ts'
import type { Format, Task } from '../task.ts'

const ignored = z.unknown().optional()
const range = (least: number, most: number) => z.number().min(least).max(most).nullish()
const count = z.int().min(1).nullish()

const content = z.union([z.string(), z.array(z.looseObject({ type: z.string() })).min(1)])
const name = z.string().optional()
const toolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
})
const message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.enum(['system', 'developer', 'user']), content, name }),
  z.looseObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    name,
    tool_calls: z.array(toolCall).nullish(),
  }),
  z.looseObject({ role: z.literal('tool'), content, tool_call_id: z.string() }),
])

export const functionShape = z.looseObject({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'a name has 1 to 64 letters, digits, _ and -'),
  description: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
})

const body = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  frequency_penalty: range(-2, 2),
  presence_penalty: range(-2, 2),
  temperature: range(0, 2),
  top_p: range(0, 1),
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
  max_tokens: count,
  max_completion_tokens: count,
  n: z.int().min(1).max(128).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() })
    .nullish(),
  tools: z
    .array(z.looseObject({ type: z.string() }))
    .max(128)
    .optional(),
  tool_choice: z.union([z.enum(['none', 'auto', 'required']), z.looseObject({ type: z.string() })]).optional(),
  parallel_tool_calls: z.boolean().optional(),
  response_format: z.looseObject({ type: z.enum(['text', 'json_object', 'json_schema']) }).optional(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  logprobs: z.boolean().nullish(),
  modalities: z.array(z.string()).nullish(),
  metadata: ignored,
  prompt_cache_key: ignored,
  prompt_cache_options: ignored,
  prompt_cache_retention: ignored,
  safety_identifier: ignored,
  service_tier: ignored,
  store: ignored,
  user: ignored,
  verbosity: ignored,
  audio: ignored,
  function_call: ignored,
  functions: ignored,
  moderation: ignored,
  prediction: ignored,
  top_logprobs: ignored,
  web_search_options: ignored,
})

/** They ask for something that the answer would not have. */
const REFUSED = [
  'audio',
  'function_call',
  'functions',
  'moderation',
  'prediction',
  'top_logprobs',
  'web_search_options',
] as const

export interface ChatRequest {
  readonly task: Task
  readonly isStream: boolean
  readonly includeUsage: boolean
  readonly mustCall: 'one of them' | 'the one named' | undefined
}

/** @throws ApiError 400 naming the parameter that is wrong, or that the sandbox does not support */
export function readChatRequest(given: unknown): ChatRequest {
  const read = validated(body, given)
  const refused = REFUSED.find((key) => isGiven(read[key]))
  if (refused !== undefined) throw unsupported(refused, refused)
  if (read.logprobs === true) throw unsupported('logprobs', 'logprobs')
  if (read.modalities?.some((modality) => modality !== 'text')) throw unsupported('modalities', 'output but text')
  if (read.stream_options && read.stream !== true)
    throw new ApiError(400, 'stream_options is allowed only when stream is true.', { param: 'stream_options' })
  if (isGiven(read.max_tokens) && isGiven(read.max_completion_tokens))
    throw new ApiError(400, 'Give max_completion_tokens or max_tokens, and not both.', { param: 'max_tokens' })
  checkToolAnswers(read.messages)

  const tools = (read.tools ?? []).map((tool, index) => readTool(tool, index))
  const messages = read.messages.map((entry, index) => readMessage(entry, index))
  const forced = forcedTool(read.tool_choice, tools)
  return {
    task: {
      model: read.model,
      messages,
      tools,
      forcedTool: forced,
      format: readFormat(read.response_format, messages),
      seed: read.seed ?? undefined,
      mostTokens: read.max_completion_tokens ?? read.max_tokens ?? undefined,
      mostTokensParam: isGiven(read.max_tokens) ? 'max_tokens' : 'max_completion_tokens',
      stop: typeof read.stop === 'string' ? [read.stop] : (read.stop ?? []),
      choices: read.n ?? 1,
      effort: read.reasoning_effort ?? 'medium',
    },
    isStream: read.stream === true,
    includeUsage: read.stream_options?.include_usage === true,
    mustCall: forced && (read.tool_choice === 'required' ? 'one of them' : 'the one named'),
  }
}

/** For most parameters null says the same as nothing. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

type Message = z.output<typeof message>

function readMessage(entry: Message, index: number): PromptMessage {
  const text = textOf(entry.content ?? '', `messages[${index}].content`)
  if (entry.role === 'tool') return { role: 'tool', text }
  const calls = entry.role === 'assistant' ? (entry.tool_calls ?? []).map((call) => call.function) : []
  return { role: entry.role, text, name: entry.name, calls }
}

function textOf(value: z.output<typeof content>, param: string): string {
  if (typeof value === 'string') return value
  return value
    .map((part, index) => {
      const text = part.type === 'refusal' ? part.refusal : part.text
      if (part.type !== 'text' && part.type !== 'refusal')
        throw unsupported(`${param}[${index}]`, `content of type "${part.type}"`)
      if (typeof text === 'string') return text
      throw new ApiError(400, `${param}[${index}].text is no text.`, {
        param: `${param}[${index}].text`,
        code: 'invalid_type',
      })
    })
    .join('')
}

/** A tool answers a call that the assistant made in the turn before. */
function checkToolAnswers(messages: readonly Message[]): void {
  let open = new Set<string>()
  for (const [index, entry] of messages.entries()) {
    if (entry.role === 'assistant') open = new Set((entry.tool_calls ?? []).map(({ id }) => id))
    else if (entry.role !== 'tool') open = new Set()
    else if (!open.delete(entry.tool_call_id))
      throw new ApiError(400, 'A message of role "tool" has to answer a call in tool_calls of the message before.', {
        param: `messages[${index}].tool_call_id`,
      })
  }
}

function readTool(tool: { readonly type: string; readonly [key: string]: unknown }, index: number): FunctionTool {
  if (tool.type !== 'function') throw unsupported(`tools[${index}].type`, `tools of type "${tool.type}"`)
  return validated(functionShape, tool.function)
}

/** The tool that has to be called, when the request leaves no choice: of several the first. */
export function forcedTool(choice: unknown, tools: readonly FunctionTool[]): FunctionTool | undefined {
  if (choice === undefined || choice === 'none' || choice === 'auto') return undefined
  if (tools.length === 0)
    throw new ApiError(400, 'tool_choice is allowed only when there are tools.', { param: 'tool_choice' })
  if (choice === 'required') return tools[0]
  const {
    type,
    name: flat,
    function: nested,
  } = choice as { type: string; name?: unknown; function?: { name?: unknown } }
  if (type !== 'function') throw unsupported('tool_choice.type', `a tool_choice of type "${type}"`)
  const wanted = nested?.name ?? flat
  const found = tools.find((tool) => tool.name === wanted)
  if (found) return found
  throw new ApiError(400, `tool_choice names ${JSON.stringify(wanted)}, which is not among the tools.`, {
    param: 'tool_choice',
  })
}

function readFormat(
  format: { readonly type: string; readonly [key: string]: unknown } | undefined,
  messages: readonly PromptMessage[],
): Format {
  if (format?.type === 'json_schema') {
    const { schema } = validated(
      z.looseObject({ json_schema: z.looseObject({ name: z.string(), schema: z.record(z.string(), z.unknown()) }) }),
      format,
    ).json_schema
    return { kind: 'json', schema, param: 'response_format' }
  }
  return jsonObjectOr(format?.type, messages, 'response_format', 'messages')
}

/** @throws ApiError 400 when JSON is asked for and no message says so, as the API demands */
export function jsonObjectOr(
  type: string | undefined,
  messages: readonly PromptMessage[],
  param: string,
  textParam: string,
): Format {
  if (type !== 'json_object') return { kind: 'text' }
  if (!messages.some(({ text }) => /json/i.test(text)))
    throw new ApiError(400, 'With a format of json_object the messages have to say "json" somewhere.', {
      param: textParam,
    })
  return { kind: 'json', schema: { type: 'object' }, param }
}
