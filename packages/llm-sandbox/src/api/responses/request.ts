import { z } from 'zod'
import type { FunctionTool, PromptMessage } from '../../tokens/prompt-tokens.ts'
import { forcedTool, functionShape, jsonObjectOr } from '../chat/request.ts'
import { ApiError, unsupported } from '../error.ts'
import type { Format, Task } from '../task.ts'
import { validated } from '../validate.ts'

const ignored = z.unknown().optional()
const count = z.int().min(1).nullish()
const item = z.looseObject({ type: z.string().optional() })

const body = z.strictObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(item).min(1)]),
  instructions: z.string().nullish(),
  max_output_tokens: z.int().min(16).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  stream: z.boolean().nullish(),
  tools: z
    .array(z.looseObject({ type: z.string() }))
    .max(128)
    .optional(),
  tool_choice: z.union([z.enum(['none', 'auto', 'required']), z.looseObject({ type: z.string() })]).optional(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z
    .looseObject({ format: z.looseObject({ type: z.enum(['text', 'json_object', 'json_schema']) }).optional() })
    .optional(),
  reasoning: z.looseObject({ effort: z.string().nullish() }).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  max_tool_calls: count,
  store: z.boolean().nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  user: z.string().optional(),
  access_programs: ignored,
  include: ignored,
  prompt_cache_key: ignored,
  prompt_cache_options: ignored,
  prompt_cache_retention: ignored,
  safety_identifier: ignored,
  service_tier: ignored,
  stream_options: ignored,
  background: ignored,
  context_management: ignored,
  conversation: ignored,
  image: ignored,
  moderation: ignored,
  previous_response_id: ignored,
  prompt: ignored,
  top_logprobs: ignored,
})

/** What needs state on the server, or gives an answer that the sandbox has not. */
const REFUSED = [
  'background',
  'context_management',
  'conversation',
  'image',
  'moderation',
  'previous_response_id',
  'prompt',
  'top_logprobs',
] as const

export interface ResponseRequest {
  readonly task: Task
  readonly isStream: boolean
  /** What the response says of the request. */
  readonly echo: Readonly<Record<string, unknown>>
}

/** @throws ApiError 400 naming the parameter that is wrong, or that the sandbox does not support */
export function readResponseRequest(given: unknown): ResponseRequest {
  const read = validated(body, given)
  const refused = REFUSED.find((key) => read[key] !== undefined && read[key] !== null && read[key] !== false)
  if (refused !== undefined) throw unsupported(refused, refused)
  const input = typeof read.input === 'string' ? [{ role: 'user', text: read.input }] : read.input.flatMap(readItem)
  const messages = [...(read.instructions ? [{ role: 'system', text: read.instructions }] : []), ...input]
  const tools = (read.tools ?? []).map((tool, index): FunctionTool => {
    if (tool.type !== 'function') throw unsupported(`tools[${index}].type`, `tools of type "${tool.type}"`)
    return validated(functionShape, tool)
  })
  return {
    task: {
      model: read.model,
      messages,
      tools,
      forcedTool: forcedTool(read.tool_choice, tools),
      format: readFormat(read.text?.format, messages),
      seed: undefined,
      mostTokens: read.max_output_tokens ?? undefined,
      mostTokensParam: 'max_output_tokens',
      stop: [],
      choices: 1,
      effort: read.reasoning?.effort ?? 'medium',
    },
    isStream: read.stream === true,
    echo: {
      instructions: read.instructions ?? null,
      max_output_tokens: read.max_output_tokens ?? null,
      max_tool_calls: read.max_tool_calls ?? null,
      metadata: read.metadata ?? {},
      parallel_tool_calls: read.parallel_tool_calls ?? true,
      previous_response_id: null,
      reasoning: { effort: read.reasoning?.effort ?? null, summary: null },
      service_tier: 'default',
      store: read.store ?? true,
      temperature: read.temperature ?? 1,
      text: { ...read.text, format: read.text?.format ?? { type: 'text' } },
      tool_choice: read.tool_choice ?? 'auto',
      tools: read.tools ?? [],
      top_p: read.top_p ?? 1,
      truncation: read.truncation ?? 'disabled',
      user: read.user ?? null,
    },
  }
}

const part = z.looseObject({ type: z.string() })
const inputMessage = z.looseObject({
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.union([z.string(), z.array(part)]),
})
const functionCall = z.looseObject({ call_id: z.string(), name: z.string(), arguments: z.string() })
const functionOutput = z.looseObject({ call_id: z.string(), output: z.union([z.string(), z.array(part)]) })

function readItem(given: z.output<typeof item>, index: number): PromptMessage[] {
  const param = `input[${index}]`
  switch (given.type ?? 'message') {
    case 'message': {
      const { role, content } = validated(inputMessage, given)
      return [{ role, text: textOf(content, `${param}.content`) }]
    }
    case 'function_call': {
      const call = validated(functionCall, given)
      return [{ role: 'assistant', text: '', calls: [{ name: call.name, arguments: call.arguments }] }]
    }
    case 'function_call_output':
      return [{ role: 'tool', text: textOf(validated(functionOutput, given).output, `${param}.output`) }]
    case 'reasoning':
      return [] // Earlier reasoning is not read again.
    default:
      throw unsupported(param, `input of type "${String(given.type)}"`)
  }
}

const TEXTS = ['input_text', 'output_text', 'refusal']

function textOf(content: string | readonly z.output<typeof part>[], param: string): string {
  if (typeof content === 'string') return content
  return content
    .map((each, index) => {
      if (!TEXTS.includes(each.type)) throw unsupported(`${param}[${index}]`, `content of type "${each.type}"`)
      const text = each.type === 'refusal' ? each.refusal : each.text
      if (typeof text === 'string') return text
      throw new ApiError(400, `${param}[${index}].text is no text.`, {
        param: `${param}[${index}].text`,
        code: 'invalid_type',
      })
    })
    .join('')
}

function readFormat(
  format: { readonly type: string; readonly [key: string]: unknown } | undefined,
  messages: readonly PromptMessage[],
): Format {
  if (format?.type !== 'json_schema') return jsonObjectOr(format?.type, messages, 'text.format', 'input')
  const { schema } = validated(z.looseObject({ name: z.string(), schema: z.record(z.string(), z.unknown()) }), format)
  return { kind: 'json', schema, param: 'text.format' }
}
