import { expect, test } from '@jest/globals'
import { eventually } from '@proving-ground/core-harness/guarantee'
import OpenAI from 'openai'
import { clientOf, post, sandboxAndClient } from './sandbox-for-test.ts'

const hello = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'hello' }] }
const withFault = (fault: string) => ({ headers: { 'x-sandbox-fault': fault } })

test('a 429 says when to try again, in all the headers of the API', async () => {
  const { client } = await sandboxAndClient()
  const error = await client.chat.completions
    .create(hello, withFault('status=429; retry-after=2'))
    .catch((refused: unknown) => refused)
  expect(error).toBeInstanceOf(OpenAI.RateLimitError)
  const { code, headers } = error as InstanceType<typeof OpenAI.RateLimitError>
  expect(code).toBe('rate_limit_exceeded')
  expect(headers?.get('retry-after')).toBe('2')
  expect(headers?.get('x-ratelimit-remaining-requests')).toBe('0')
  expect(headers?.get('x-ratelimit-reset-tokens')).toBe('2s')
})

test('an official client that tries again waits as long as it was told, and succeeds', async () => {
  const { sandbox } = await sandboxAndClient({ faults: [] })
  let asked = 0
  const client = new OpenAI({
    baseURL: sandbox.url,
    apiKey: sandbox.apiKey,
    maxRetries: 1,
    // Only the first attempt is met.
    fetch: (url, init) => {
      const headers = new Headers(init?.headers)
      if (asked++ === 0) headers.set('x-sandbox-fault', 'status=429; retry-after=0.3')
      return fetch(url, { ...init, headers })
    },
  })
  const began = performance.now()
  await client.chat.completions.create(hello)
  expect(performance.now() - began).toBeGreaterThanOrEqual(295)
  expect(sandbox.requests().map(({ outcome }) => outcome)).toEqual(['refused', 'answered'])
})

test('a 500 is an error of the server', async () => {
  const { client, sandbox } = await sandboxAndClient()
  await expect(client.chat.completions.create(hello, withFault('status=500'))).rejects.toMatchObject({
    status: 500,
    type: 'server_error',
  })
  expect(sandbox.requests()).toMatchObject([{ outcome: 'refused', status: 500, fault: 'status', promptTokens: 0 }])
})

test('a timeout is never answered, and ends when its caller does', async () => {
  const { client, sandbox } = await sandboxAndClient()
  const caller = new AbortController()
  const asked = client.chat.completions.create(hello, { ...withFault('timeout'), signal: caller.signal })
  const outcome = asked.catch((error: unknown) => error)
  await eventually(() => sandbox.requests()[0]?.outcome === 'running', { withinMs: 5_000, describe: 'it arrives' })
  caller.abort()
  expect(await outcome).toBeInstanceOf(OpenAI.APIUserAbortError)
  await eventually(() => sandbox.requests()[0]?.outcome === 'aborted', { withinMs: 5_000, describe: 'it is noticed' })
})

test('a sandbox that is stopped ends what it would never answer', async () => {
  const { sandbox, client } = await sandboxAndClient()
  const waiting = client.chat.completions.create(hello, withFault('timeout')).catch(() => 'cut off')
  await eventually(() => sandbox.requests().length === 1, { withinMs: 5_000, describe: 'the request arrives' })
  await sandbox.stop()
  expect(await waiting).toBe('cut off')
})

test('an answer that is no stream is cut in its middle', async () => {
  const { sandbox } = await sandboxAndClient()
  const answer = await post(sandbox, '/chat/completions', hello, { 'x-sandbox-fault': 'cut-after=1' })
  expect(answer.status).toBe(200)
  await expect(answer.text()).rejects.toThrow()
  expect(sandbox.requests()).toMatchObject([{ outcome: 'cut', completionTokens: 0 }])
})

test('a stream that is cut at once or at its very end is cut', async () => {
  const { client, sandbox } = await sandboxAndClient()
  const chunksBefore = async (events: number): Promise<number> => {
    let chunks = 0
    const stream = await client.chat.completions
      .create({ ...hello, stream: true }, withFault(`cut-after=${events}`))
      .catch(() => [])
    try {
      for await (const _chunk of stream) chunks++
    } catch {
      return chunks
    }
    return chunks
  }
  expect(await chunksBefore(0)).toBe(0)
  expect(await chunksBefore(14)).toBe(14) // All but [DONE].
  expect(sandbox.requests().map(({ outcome }) => outcome)).toEqual(['cut', 'cut'])
})

test('a header that is no fault is refused', async () => {
  const { client } = await sandboxAndClient()
  await expect(client.chat.completions.create(hello, withFault('explode'))).rejects.toMatchObject({
    status: 400,
    param: 'x-sandbox-fault',
  })
})

test('shares meet the same requests for the same seed', async () => {
  const met = async (seed: number): Promise<string> => {
    const { sandbox } = await sandboxAndClient({
      seed,
      faults: [{ share: 0.3, fault: { kind: 'status', status: 500, retryAfterSeconds: undefined } }],
    })
    for (let index = 0; index < 40; index++) await post(sandbox, '/chat/completions', hello)
    return sandbox
      .requests()
      .map(({ outcome }) => outcome[0])
      .join('')
  }
  const first = await met(1)
  expect(first).toMatch(/r/)
  expect(first).toMatch(/a/)
  expect(await met(1)).toBe(first)
  expect(await met(2)).not.toBe(first)
})

test('the first token and each that follows come when they are due', async () => {
  const { sandbox } = await sandboxAndClient({
    timeToFirstTokenMs: { kind: 'constant', value: 150 },
    tokensPerSecond: { kind: 'constant', value: 50 },
  })
  const began = performance.now()
  const times: number[] = []
  for await (const chunk of await clientOf(sandbox).chat.completions.create({ ...hello, stream: true }))
    if (chunk.choices[0]?.delta.content) times.push(performance.now() - began)
  expect(times).toHaveLength(12)
  for (const [index, time] of times.entries()) expect(time).toBeGreaterThanOrEqual(150 + index * 20 - 2)
  const whole = performance.now()
  await clientOf(sandbox).chat.completions.create(hello)
  expect(performance.now() - whole).toBeGreaterThanOrEqual(150 + 11 * 20 - 2)
  const delayed = performance.now()
  await post(sandbox, '/chat/completions', { ...hello, max_tokens: 1 }, { 'x-sandbox-fault': 'delay-ms=200' })
  expect(performance.now() - delayed).toBeGreaterThanOrEqual(350 - 2)
})
