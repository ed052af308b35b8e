import { afterEach } from '@jest/globals'
import OpenAI from 'openai'
import { startLlmSandbox } from '../src/start.ts'
import type { LlmSandbox, StartOptions } from '../src/start.ts'

const started: LlmSandbox[] = []

afterEach(async () => {
  await Promise.all(started.splice(0).map((sandbox) => sandbox.stop()))
})

/** A sandbox for one test, and the official client of it. Answers have 12 tokens. */
export async function sandboxAndClient(options: StartOptions = {}): Promise<{ sandbox: LlmSandbox; client: OpenAI }> {
  const sandbox = await startLlmSandbox({ answerTokens: { kind: 'constant', value: 12 }, ...options })
  started.push(sandbox)
  return { sandbox, client: clientOf(sandbox) }
}

/** Without retries: a test sees each answer. */
export function clientOf({ url, apiKey }: { readonly url: string; readonly apiKey: string }): OpenAI {
  return new OpenAI({ baseURL: url, apiKey, maxRetries: 0, timeout: 20_000 })
}

export async function post(
  { url, apiKey }: { readonly url: string; readonly apiKey: string },
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}
