import { o200k } from './tokenizer.ts'

/** A message of either API, as far as it counts. */
export interface PromptMessage {
  readonly role: string
  readonly text: string
  readonly name?: string | undefined
  readonly calls?: readonly { readonly name: string; readonly arguments: string }[]
}

export interface FunctionTool {
  readonly name: string
  readonly description?: string | undefined
  /** A JSON Schema of an object. */
  readonly parameters?: Readonly<Record<string, unknown>> | null | undefined
}

const PER_MESSAGE = 3
const PER_NAME = 1
/** Each reply is primed. */
export const PER_REPLY = 3

const PER_FUNCTION = 7
const PER_PROPERTIES = 3
const PER_PROPERTY = 3
const PER_ENUM = -3
const PER_ENUM_VALUE = 3
const AFTER_FUNCTIONS = 12

/**
 * The tokens of a message, by the rule of "How to count tokens with tiktoken", section 6, in the OpenAI Cookbook. For calls
 * of functions nothing is documented: their names and arguments are counted.
 */
export function messageTokens({ role, text, name, calls = [] }: PromptMessage): number {
  const ofCalls = calls.reduce((sum, call) => sum + o200k.count(call.name) + o200k.count(call.arguments), 0)
  const ofName = name === undefined ? 0 : PER_NAME + o200k.count(name)
  return PER_MESSAGE + o200k.count(role) + o200k.count(text) + ofName + ofCalls
}

/** The tokens of the tools that a request offers, by section 7 of the same, with its figures for gpt-4o. */
export function toolTokens(tools: readonly FunctionTool[]): number {
  if (tools.length === 0) return 0
  return tools.reduce((sum, tool) => sum + functionTokens(tool), AFTER_FUNCTIONS)
}

function functionTokens({ name, description, parameters }: FunctionTool): number {
  const properties = Object.entries((parameters?.properties ?? {}) as Record<string, PropertySchema | boolean>)
  return properties.reduce(
    (sum, [key, schema]) => sum + propertyTokens(key, typeof schema === 'boolean' ? {} : schema),
    PER_FUNCTION + o200k.count(`${name}:${withoutPeriod(description)}`) + (properties.length > 0 ? PER_PROPERTIES : 0),
  )
}

interface PropertySchema {
  readonly type?: unknown
  readonly description?: string
  readonly enum?: readonly unknown[]
}

function propertyTokens(key: string, { type, description, enum: values }: PropertySchema): number {
  const ofEnum =
    values?.reduce<number>((sum, value) => sum + PER_ENUM_VALUE + o200k.count(String(value)), PER_ENUM) ?? 0
  return PER_PROPERTY + ofEnum + o200k.count(`${key}:${String(type ?? '')}:${withoutPeriod(description)}`)
}

function withoutPeriod(text: unknown): string {
  return typeof text === 'string' ? text.replace(/\.$/, '') : ''
}
