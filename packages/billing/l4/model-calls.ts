import { realOrSandbox } from '@proving-ground/llm-sandbox/client'
import OpenAI from 'openai'
import type { ModelCall } from '../src/contract.ts'
import type { Context } from './services.ts'

const MODEL = 'gpt-4o-mini'
/** Of a real model, for one test. */
const BUDGET_TOKENS = 200_000
const TOPICS = ['invoices', 'quotas', 'caches', 'queues', 'leases', 'tokens', 'ledgers'] as const

/** What a call of a model came to: what is told to the billing service. */
export type CallResult = Pick<ModelCall, 'model' | 'messages' | 'completion' | 'usage'>

/** A model to be called, real or not, with the official client. */
export interface Model {
  readonly kind: 'real' | 'sandbox'
  call(how: {
    readonly random: () => number
    readonly isStreamed: boolean
    readonly signal: AbortSignal
  }): Promise<CallResult>
  /** Streamed, and left in the middle: nobody is told what was used. */
  callAndLeave(how: { readonly random: () => number; readonly signal: AbortSignal }): Promise<CallResult>
}

export async function openModel(context: Context): Promise<Model> {
  const llm = await realOrSandbox({
    realLlm: context.mode.realLlm,
    budgetTokens: BUDGET_TOKENS,
    sandbox: { seed: context.mode.seed, timeToFirstTokenMs: { kind: 'constant', value: 5 } },
  })
  context.onCleanup(() => llm.stop())
  // A call that failed is one that failed: retries of the client would hide it.
  const openai = new OpenAI({ baseURL: llm.url, apiKey: llm.apiKey, maxRetries: 0 })
  const start = (messages: OpenAI.ChatCompletionMessageParam[], signal: AbortSignal) =>
    openai.chat.completions.create(
      { model: MODEL, messages, max_tokens: 64, stream: true, stream_options: { include_usage: true } },
      { signal },
    )
  return {
    kind: llm.kind,
    async call({ random, isStreamed, signal }) {
      const messages = conversation(random)
      if (!isStreamed) {
        const answer = await openai.chat.completions.create({ model: MODEL, messages, max_tokens: 64 }, { signal })
        return result(messages, answer.choices[0]?.message.content ?? '', answer.usage)
      }
      let [completion, usage]: [string, OpenAI.CompletionUsage | undefined] = ['', undefined]
      for await (const chunk of await start(messages, signal)) {
        completion += chunk.choices[0]?.delta.content ?? ''
        usage = chunk.usage ?? usage
      }
      return result(messages, completion, usage)
    },
    async callAndLeave({ random, signal }) {
      const messages = conversation(random)
      let completion = ''
      let chunks = 0
      for await (const chunk of await start(messages, signal)) {
        completion += chunk.choices[0]?.delta.content ?? ''
        if (++chunks === 4) break
      }
      return result(messages, completion, undefined)
    },
  }
}

type Message = { readonly role: 'system' | 'user'; readonly content: string }

function conversation(random: () => number): Message[] {
  const topic = (): string => TOPICS[Math.floor(random() * TOPICS.length)]!
  return [
    { role: 'system', content: 'Answer in a few words.' },
    { role: 'user', content: `What have ${topic()} to do with ${topic()}? Case ${Math.floor(random() * 1e6)}.` },
  ]
}

function result(messages: Message[], completion: string, usage: OpenAI.CompletionUsage | undefined | null): CallResult {
  const counts = usage ? { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens } : undefined
  return { model: MODEL, messages, completion, ...(counts && { usage: counts }) }
}
