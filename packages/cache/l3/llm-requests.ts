import type { Lease } from '@proving-ground/core-harness/guarantee'
import type { CacheNode, CacheNodeOptions, LlmCacheOptions, LlmRequest } from '../src/contract.ts'

/** The part of a node that these tests use. */
export type LlmNode = { readonly service: Pick<CacheNode, 'llm'> }

/** What came of one request. Times are milliseconds of the monotonic clock of this process. */
export interface Exchange {
  readonly served: 'exact' | 'semantic' | 'miss'
  readonly chunks: readonly string[]
  readonly text: string
  /** Whether the model was called, as the model saw it. */
  readonly calledModel: boolean
  readonly beganAt: number
  /** When the model's stream had completed; undefined when it was not called. */
  readonly sentAt: number | undefined
  /** When the last chunk had been read, and the end after it. */
  readonly endedAt: number
}

const HOUR_MS = 3_600_000

/** Options of a node whose LLM cache lives on this lease. */
export function optionsOn(redis: Lease, llm: LlmCacheOptions = {}): CacheNodeOptions {
  return { redisUrls: [redis.url], mode: 'single', keyPrefix: redis.keyPrefix!, llm }
}

/** A request like any other of the scope "acme"; what is given replaces parts of it. */
export function requestOf(parts: Partial<LlmRequest>): LlmRequest {
  return {
    tenant: 'acme',
    model: 'gpt-4o-mini',
    temperature: 0,
    systemPrompt: 'You answer questions about the product.',
    tools: [],
    prompt: 'How do I reset my password?',
    ...parts,
  }
}

/** Asks, reads the answer to its end, and reports. The model, if it is called, answers with `answer`. */
export async function ask(
  node: LlmNode,
  request: LlmRequest,
  answer: string | readonly string[],
  ttlMs = HOUR_MS,
): Promise<Exchange> {
  let calledModel = false
  let sentAt: number | undefined
  const callModel = (): Promise<AsyncIterable<string>> => {
    calledModel = true
    return Promise.resolve(
      (async function* () {
        yield* typeof answer === 'string' ? [answer] : answer
        sentAt = performance.now()
      })(),
    )
  }
  const beganAt = performance.now()
  const { served, chunks } = await node.service.llm.respond(request, callModel, { ttlMs })
  const received: string[] = []
  for await (const chunk of chunks) received.push(chunk)
  const endedAt = performance.now()
  return { served, chunks: received, text: received.join(''), calledModel, beganAt, sentAt, endedAt }
}

/** What the cache holds for a request, without storing anything: undefined when it would call the model. */
export async function peek(node: LlmNode, request: LlmRequest): Promise<Exchange | undefined> {
  const beganAt = performance.now()
  const declined = 'the model was called, and declined'
  try {
    const { served, chunks } = await node.service.llm.respond(request, () => Promise.reject(new Error(declined)), {
      ttlMs: HOUR_MS,
    })
    const received: string[] = []
    for await (const chunk of chunks) received.push(chunk)
    const endedAt = performance.now()
    return {
      served,
      chunks: received,
      text: received.join(''),
      calledModel: false,
      beganAt,
      sentAt: undefined,
      endedAt,
    }
  } catch (error) {
    if (error instanceof Error && error.message.includes(declined)) return undefined
    throw error
  }
}
