import { createOpenAI } from '@ai-sdk/openai'
import { expect, test } from '@jest/globals'
import { eventually } from '@proving-ground/core-harness/guarantee'
import { APICallError, embedMany, generateText, jsonSchema, streamText, tool } from 'ai'
import type { LlmSandbox } from '../src/start.ts'
import { sandboxAndClient } from './sandbox-for-test.ts'

/** Both APIs that the provider speaks; the second is its default. */
const APIS = ['chat', 'responses'] as const
const prompt = 'hello world'

function modelsOf({ url, apiKey }: LlmSandbox) {
  const openai = createOpenAI({ baseURL: url, apiKey })
  return { openai, model: (api: (typeof APIS)[number], id = 'gpt-4o') => openai[api](id) }
}

for (const api of APIS) {
  test(`Vercel AI SDK, ${api}: a text with its usage`, async () => {
    const { sandbox } = await sandboxAndClient()
    const { model } = modelsOf(sandbox)
    const { text, usage, finishReason } = await generateText({ model: model(api), prompt })
    expect(usage).toMatchObject({ inputTokens: 9, outputTokens: 12, totalTokens: 21 })
    expect([finishReason, text.split(' ').length > 5]).toEqual(['stop', true])
    const cut = await generateText({ model: model(api), prompt: 'x'.repeat(9), maxOutputTokens: 16 })
    expect(cut.usage.outputTokens).toBe(12)
    const reasoned = await generateText({ model: model(api, 'gpt-5'), prompt })
    expect(reasoned.usage).toMatchObject({ outputTokens: 140, outputTokenDetails: { reasoningTokens: 128 } })
  })

  test(`Vercel AI SDK, ${api}: a stream, with its usage at the end`, async () => {
    const { sandbox } = await sandboxAndClient()
    const { model } = modelsOf(sandbox)
    const result = streamText({ model: model(api), prompt })
    const parts: string[] = []
    for await (const part of result.textStream) parts.push(part)
    expect(await result.usage).toMatchObject({ inputTokens: 9, outputTokens: 12 })
    expect(await result.finishReason).toBe('stop')
    expect(parts.join('')).toBe((await generateText({ model: model(api), prompt })).text)
    expect(parts).toHaveLength(12)
  })

  test(`Vercel AI SDK, ${api}: a tool that has to be called`, async () => {
    const { sandbox } = await sandboxAndClient()
    const { model } = modelsOf(sandbox)
    const inputSchema = jsonSchema({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] })
    const { toolCalls } = await generateText({
      model: model(api),
      prompt,
      tools: { weather: tool({ inputSchema }) },
      toolChoice: 'required',
    })
    expect(toolCalls).toMatchObject([{ toolName: 'weather', input: { city: 'text' } }])
  })

  test(`Vercel AI SDK, ${api}: errors are those of the API`, async () => {
    const { sandbox } = await sandboxAndClient()
    const { model } = modelsOf(sandbox)
    const failing = async (id: string, fault?: string): Promise<APICallError> => {
      const headers = fault === undefined ? {} : { 'x-sandbox-fault': fault }
      const error = await generateText({ model: model(api, id), prompt, maxRetries: 0, headers }).catch(
        (e: unknown) => e,
      )
      expect(APICallError.isInstance(error)).toBe(true)
      return error as APICallError
    }
    expect(await failing('none')).toMatchObject({ statusCode: 404, isRetryable: false })
    expect(await failing('gpt-4o', 'status=429; retry-after=2')).toMatchObject({
      statusCode: 429,
      isRetryable: true,
      responseHeaders: expect.objectContaining({ 'retry-after': '2' }),
    })
    expect(await failing('gpt-4o', 'status=500')).toMatchObject({ statusCode: 500, isRetryable: true })
  })

  test(`Vercel AI SDK, ${api}: an abort ends the generation`, async () => {
    const { sandbox } = await sandboxAndClient({
      answerTokens: { kind: 'constant', value: 10_000 },
      tokensPerSecond: { kind: 'constant', value: 200 },
    })
    const { model } = modelsOf(sandbox)
    const leaving = new AbortController()
    const { textStream } = streamText({ model: model(api), prompt, abortSignal: leaving.signal })
    let parts = 0
    for await (const _part of textStream) if (++parts === 5) leaving.abort()
    await eventually(() => sandbox.requests()[0]?.outcome === 'aborted', {
      withinMs: 5_000,
      describe: 'the sandbox notices',
    })
    expect(sandbox.requests()[0]?.completionTokens).toBeLessThan(2_000)
  })
}

test('Vercel AI SDK: embeddings', async () => {
  const { sandbox } = await sandboxAndClient()
  const model = modelsOf(sandbox).openai.embedding('text-embedding-3-small')
  const { embeddings, usage } = await embedMany({ model, values: ['hello world', 'other'] })
  expect([embeddings.length, embeddings[0]?.length, usage.tokens]).toEqual([2, 1_536, 3])
})
