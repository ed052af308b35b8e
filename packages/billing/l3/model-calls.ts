import OpenAI from 'openai'
import type { ModelCall } from '../src/contract.ts'
import { NOW_MS, PLAIN_PRICE } from './nodes.ts'

export type Message = { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }
type Endpoint = { readonly url: string; readonly apiKey: string }
type Request = Partial<OpenAI.ChatCompletionCreateParams> & { readonly messages: Message[] }

/** What came back from a model: the text as far as it came, in how many pieces, and what the API said. */
export interface Answer {
  readonly completion: string
  readonly pieces: number
  readonly usage?: NonNullable<ModelCall['usage']>
  readonly wasCut: boolean
}

/** Asks by the official client, which does not try again: a test sees each answer. */
export class Asker {
  readonly #client: OpenAI

  constructor({ url, apiKey }: Endpoint) {
    this.#client = new OpenAI({ baseURL: url, apiKey, maxRetries: 0, timeout: 20_000 })
  }

  async whole(request: Request): Promise<Answer> {
    const { choices, usage } = await this.#client.chat.completions.create({ ...asked(request), stream: false })
    const completion = choices[0]?.message.content ?? ''
    return { completion, pieces: 1, wasCut: false, ...usageOf(usage) }
  }

  /** @param fault done by the sandbox: `cut-after=3` */
  async streamed(request: Request, fault?: string): Promise<Answer> {
    const headers = fault === undefined ? {} : { 'x-sandbox-fault': fault }
    let [completion, pieces, wasCut] = ['', 0, false]
    let usage: OpenAI.CompletionUsage | null | undefined
    try {
      const stream = await this.#client.chat.completions.create({ ...asked(request), stream: true }, { headers })
      for await (const chunk of stream) {
        const piece = chunk.choices[0]?.delta.content ?? ''
        completion += piece
        pieces += Number(piece !== '')
        usage = chunk.usage ?? usage
      }
    } catch (error) {
      if (fault === undefined) throw error
      wasCut = true
    }
    return { completion, pieces, wasCut, ...usageOf(usage) }
  }
}

/** What is told to the service of an answer. */
export function callOf(key: string, messages: readonly Message[], answer: Answer, model: string): ModelCall {
  const { completion, usage } = answer
  return {
    key,
    tenant: 'acme',
    tier: PLAIN_PRICE.tier,
    model,
    atMs: NOW_MS,
    messages,
    completion,
    ...(usage && { usage }),
  }
}

export function chargeOf({ promptTokens, completionTokens }: NonNullable<ModelCall['usage']>): bigint {
  return (
    BigInt(promptTokens * PLAIN_PRICE.promptMinorPerMillion) +
    BigInt(completionTokens * PLAIN_PRICE.completionMinorPerMillion)
  )
}

function asked(request: Request) {
  return { model: PLAIN_PRICE.model, max_completion_tokens: 60, ...request }
}

function usageOf(usage: OpenAI.CompletionUsage | null | undefined): Pick<Answer, 'usage'> {
  if (!usage) return {}
  return { usage: { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens } }
}
