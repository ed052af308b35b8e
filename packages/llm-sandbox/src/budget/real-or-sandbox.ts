import { HarnessError } from '@proving-ground/core-harness/environment'
import { startLlmSandbox } from '../start.ts'
import type { StartOptions } from '../start.ts'
import { startBudgetProxy } from './proxy.ts'

const OPENAI_URL = 'https://api.openai.com/v1'

/** An API for a suite, whichever is behind it. */
export interface LlmEndpoint {
  readonly kind: 'real' | 'sandbox'
  /** As OPENAI_BASE_URL. */
  readonly url: string
  /** Never the key of the real one. */
  readonly apiKey: string
  /** Tokens of all requests that have ended: of prompts and answers. */
  usedTokens(): number
  stop(): Promise<void>
}

export interface RealOrSandboxOptions {
  /** Whether the user asked for a real model: `mode.realLlm` of a suite. */
  readonly realLlm: boolean
  /** What all requests to a real one may cost together. Of the sandbox nothing is held back. */
  readonly budgetTokens: number
  /** How the sandbox behaves, when it is one. */
  readonly sandbox?: StartOptions
  /** OPENAI_BASE_URL and OPENAI_API_KEY are read from it. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/**
 * The sandbox; or the real API behind a proxy that keeps the budget, when the user asked for it.
 *
 * @throws HarnessError when a real one is asked for and no key was given, or the budget is no whole number above 0
 */
export async function realOrSandbox(options: RealOrSandboxOptions): Promise<LlmEndpoint> {
  const { realLlm, budgetTokens, sandbox, environment = process.env } = options
  if (!Number.isSafeInteger(budgetTokens) || budgetTokens < 1)
    throw new HarnessError(`asking a language model: the budget is ${budgetTokens} tokens`, {
      remedy: 'Give a whole number above 0.',
    })
  if (!realLlm) {
    const { url, apiKey, requests, stop } = await startLlmSandbox(sandbox)
    const usedTokens = (): number =>
      requests().reduce((sum, { promptTokens, completionTokens }) => sum + promptTokens + completionTokens, 0)
    return { kind: 'sandbox', url, apiKey, usedTokens, stop }
  }
  const apiKey = environment.OPENAI_API_KEY
  if (!apiKey)
    throw new HarnessError('asking a real language model: OPENAI_API_KEY is not set', {
      remedy: 'Set it, and OPENAI_BASE_URL for another API than that of OpenAI; or leave --real-llm out.',
    })
  const {
    url,
    apiKey: proxyKey,
    spent,
    stop,
  } = await startBudgetProxy({ baseUrl: baseUrlOf(environment), apiKey }, budgetTokens)
  return { kind: 'real', url, apiKey: proxyKey, usedTokens: () => spent().usedTokens, stop }
}

function baseUrlOf({ OPENAI_BASE_URL: given }: Readonly<Record<string, string | undefined>>): string {
  if (!given) return OPENAI_URL
  const url = URL.parse(given)
  if (url && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '') return given
  throw new HarnessError('asking a real language model: OPENAI_BASE_URL is no URL of an API', {
    remedy: `It is as ${OPENAI_URL}, without a user or a password.`,
  })
}
