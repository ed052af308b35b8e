import { expect, test } from '@jest/globals'
import { eventually } from '@proving-ground/core-harness/guarantee'
import type OpenAI from 'openai'
import { o200k } from '../src/tokens/tokenizer.ts'
import { sandboxAndClient } from './sandbox-for-test.ts'

type Params = OpenAI.Chat.Completions.ChatCompletionCreateParams
type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk

const hello = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'hello world' }] }
const usageOf = (prompt: number, completion: number, details: { cached?: number; reasoning?: number } = {}) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  prompt_tokens_details: { cached_tokens: details.cached ?? 0, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: details.reasoning ?? 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
})

async function streamed(client: OpenAI, params: Omit<Params, 'stream'>): Promise<Chunk[]> {
  const chunks: Chunk[] = []
  for await (const chunk of await client.chat.completions.create({ ...params, stream: true })) chunks.push(chunk)
  return chunks
}

const contentOf = (chunks: readonly Chunk[], index = 0): string =>
  chunks
    .flatMap(({ choices }) => choices.filter((choice) => choice.index === index))
    .map(({ delta }) => delta.content ?? '')
    .join('')

test('an answer has the usage that its texts have by the tokenizer', async () => {
  const { client, sandbox } = await sandboxAndClient()
  const answer = await client.chat.completions.create(hello)
  expect(answer).toMatchObject({ object: 'chat.completion', model: 'gpt-4o', service_tier: 'default' })
  const [choice] = answer.choices
  expect(choice).toMatchObject({ index: 0, finish_reason: 'stop', message: { role: 'assistant', refusal: null } })
  expect(o200k.count(choice?.message.content ?? '')).toBe(12)
  expect(answer.usage).toEqual(usageOf(9, 12))
  expect(sandbox.requests()).toMatchObject([
    { path: '/v1/chat/completions', model: 'gpt-4o', outcome: 'answered', promptTokens: 9, completionTokens: 12 },
  ])
})

test('text that holds special tokens is answered and counted as text', async () => {
  const { client } = await sandboxAndClient()
  const content = 'stop here: <|endoftext|> <|im_end|>'
  const answer = await client.chat.completions.create({ ...hello, messages: [{ role: 'user', content }] })
  expect(answer.usage?.prompt_tokens).toBe(3 + 3 + 1 + o200k.count(content))
})

test('the same request and seed give the same text, streamed or not; another seed gives another', async () => {
  const { client } = await sandboxAndClient()
  const text = async (params: Partial<Params>): Promise<string | null | undefined> => {
    const answer = await client.chat.completions.create({ ...hello, ...params, stream: false })
    return answer.choices[0]?.message.content
  }
  const first = await text({ seed: 5 })
  expect(await text({ seed: 5 })).toBe(first)
  expect(contentOf(await streamed(client, { ...hello, seed: 5 }))).toBe(first)
  expect(await text({ seed: 6 })).not.toBe(first)
  expect(await text({ seed: 5, messages: [{ role: 'user', content: 'other' }] })).not.toBe(first)
  const fingerprints = [await client.chat.completions.create(hello), await client.chat.completions.create(hello)]
  expect(fingerprints[0]?.system_fingerprint).toMatch(/^fp_/)
  expect(fingerprints[0]?.system_fingerprint).toBe(fingerprints[1]?.system_fingerprint)
  expect(fingerprints[0]?.id).not.toBe(fingerprints[1]?.id)
})

test('a stream has a role, a chunk for each token and a reason; without being asked for, no usage', async () => {
  const { client, sandbox } = await sandboxAndClient()
  const chunks = await streamed(client, hello)
  expect(chunks).toHaveLength(1 + 12 + 1)
  expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '', refusal: null })
  expect(chunks.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' })
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
  expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true)
  expect(sandbox.requests()).toMatchObject([{ isStream: true, completionTokens: 12, toldUsage: false }])
})

test('include_usage adds one last chunk without choices; the others say null', async () => {
  const { client } = await sandboxAndClient()
  const chunks = await streamed(client, { ...hello, n: 2, stream_options: { include_usage: true } })
  const [last, ...others] = chunks.reverse()
  expect(last?.choices).toEqual([])
  expect(last?.usage).toEqual(usageOf(9, 24))
  expect(others.every(({ usage, choices }) => usage === null && choices.length === 1)).toBe(true)
})

test('a cut stream tells no usage', async () => {
  const { client, sandbox } = await sandboxAndClient()
  const stream = await client.chat.completions.create(
    { ...hello, stream: true, stream_options: { include_usage: true } },
    { headers: { 'x-sandbox-fault': 'cut-after=4' } },
  )
  const chunks: Chunk[] = []
  await expect(async () => {
    for await (const chunk of stream) chunks.push(chunk)
  }).rejects.toThrow()
  expect(chunks).toHaveLength(4)
  expect(chunks.every(({ usage }) => usage === null)).toBe(true)
  expect(sandbox.requests()).toMatchObject([{ outcome: 'cut', completionTokens: 3, toldUsage: false, promptTokens: 9 }])
})

test('max_tokens and max_completion_tokens cut the answer, and the reason is length', async () => {
  const { client } = await sandboxAndClient()
  const whole = await client.chat.completions.create(hello)
  for (const limit of [{ max_tokens: 5 }, { max_completion_tokens: 5 }]) {
    const { choices, usage } = await client.chat.completions.create({ ...hello, ...limit })
    expect([choices[0]?.finish_reason, usage?.completion_tokens]).toEqual(['length', 5])
    expect(whole.choices[0]?.message.content?.startsWith(choices[0]?.message.content ?? '?')).toBe(true)
  }
  const exact = await client.chat.completions.create({ ...hello, max_tokens: 12 })
  expect(exact.choices[0]?.finish_reason).toBe('stop')
})

test('stop sequences end the answer and are not in it', async () => {
  const { client } = await sandboxAndClient()
  const whole = (await client.chat.completions.create(hello)).choices[0]?.message.content ?? ''
  const stop = whole.split(' ')[4] as string
  const { choices, usage } = await client.chat.completions.create({ ...hello, stop: ['%%', stop] })
  expect(choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: whole.slice(0, whole.indexOf(stop)) } })
  expect(usage?.completion_tokens).toBe(o200k.count(choices[0]?.message.content ?? ''))
})

test('n choices differ, and usage is of all', async () => {
  const { client } = await sandboxAndClient()
  const { choices, usage } = await client.chat.completions.create({ ...hello, n: 3 })
  expect(choices.map(({ index }) => index)).toEqual([0, 1, 2])
  expect(new Set(choices.map(({ message }) => message.content)).size).toBe(3)
  expect(usage?.completion_tokens).toBe(36)
  const chunks = await streamed(client, { ...hello, n: 3 })
  for (const { index, message } of choices) expect(contentOf(chunks, index)).toBe(message.content)
})

test('reasoning tokens are part of the completion, by effort', async () => {
  const { client } = await sandboxAndClient()
  const of = async (effort: 'low' | 'high') =>
    (await client.chat.completions.create({ ...hello, model: 'gpt-5', reasoning_effort: effort })).usage
  expect(await of('low')).toEqual(usageOf(9, 76, { reasoning: 64 }))
  expect(await of('high')).toEqual(usageOf(9, 268, { reasoning: 256 }))
  const starved = await client.chat.completions.create({ ...hello, model: 'gpt-5', max_completion_tokens: 20 })
  expect(starved.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: '' } })
  expect(starved.usage).toEqual(usageOf(9, 20, { reasoning: 20 }))
})

test('a long prompt that was sent before is cached', async () => {
  const { client } = await sandboxAndClient()
  const messages = [{ role: 'system' as const, content: 'word '.repeat(1_500) }, ...hello.messages]
  const first = await client.chat.completions.create({ ...hello, messages })
  const second = await client.chat.completions.create({ ...hello, messages })
  expect(first.usage?.prompt_tokens_details?.cached_tokens).toBe(0)
  expect(second.usage?.prompt_tokens_details?.cached_tokens).toBe(
    Math.floor((second.usage?.prompt_tokens ?? 0) / 128) * 128,
  )
})

const weather = {
  type: 'function' as const,
  function: {
    name: 'weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { enum: ['°C', '°F'] } },
      required: ['city', 'unit'],
    },
  },
}

test('a tool that has to be called is called, with arguments that its schema accepts', async () => {
  const { client } = await sandboxAndClient()
  const required = await client.chat.completions.create({ ...hello, tools: [weather], tool_choice: 'required' })
  expect(required.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } })
  const [call] = required.choices[0]?.message.tool_calls ?? []
  expect(call).toMatchObject({
    type: 'function',
    function: { name: 'weather', arguments: '{"city":"text","unit":"°C"}' },
  })

  const choice = { type: 'function' as const, function: { name: 'weather' } }
  const chunks = await streamed(client, { ...hello, tools: [weather], tool_choice: choice })
  const deltas = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])
  expect(deltas[0]).toMatchObject({ index: 0, type: 'function', function: { name: 'weather', arguments: '' } })
  expect(deltas.map((delta) => delta.function?.arguments).join('')).toBe('{"city":"text","unit":"°C"}')
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop')

  const answered = await client.chat.completions.create({
    ...hello,
    tools: [weather],
    messages: [
      ...hello.messages,
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
    ],
  })
  expect(answered.choices[0]?.finish_reason).toBe('stop')
})

test('JSON that was asked for is an answer that its schema accepts', async () => {
  const { client } = await sandboxAndClient()
  const schema = { type: 'object', properties: { total: { type: 'integer', minimum: 3 } }, required: ['total'] }
  const format = { type: 'json_schema' as const, json_schema: { name: 'sum', schema } }
  const typed = await client.chat.completions.create({ ...hello, response_format: format })
  expect(JSON.parse(typed.choices[0]?.message.content ?? '')).toEqual({ total: 3 })
  const object = { type: 'json_object' as const }
  const free = await client.chat.completions.create({
    ...hello,
    messages: [{ role: 'user', content: 'as JSON please' }],
    response_format: object,
  })
  expect(JSON.parse(free.choices[0]?.message.content ?? '')).toEqual({})
  await expect(client.chat.completions.create({ ...hello, response_format: object })).rejects.toMatchObject({
    status: 400,
    param: 'messages',
  })
})

test('a caller that goes away stops the generation', async () => {
  const { client, sandbox } = await sandboxAndClient({
    answerTokens: { kind: 'constant', value: 10_000 },
    tokensPerSecond: { kind: 'constant', value: 200 },
  })
  const stream = await client.chat.completions.create({ ...hello, stream: true })
  const chunks: Chunk[] = []
  for await (const chunk of stream) if (chunks.push(chunk) === 5) break
  const served = await eventually(
    () => (sandbox.requests()[0]?.outcome === 'aborted' ? sandbox.requests()[0] : false),
    {
      withinMs: 5_000,
      describe: 'the sandbox notices',
    },
  )
  expect(served).toMatchObject({ outcome: 'aborted', toldUsage: false })
  expect(served?.completionTokens).toBeGreaterThanOrEqual(4)
  expect(served?.completionTokens).toBeLessThan(2_000)

  const whole = new AbortController()
  const waiting = client.chat.completions.create(hello, { signal: whole.signal })
  await eventually(() => sandbox.requests().length === 2, { withinMs: 5_000, describe: 'the second request arrives' })
  whole.abort()
  await expect(waiting).rejects.toThrow('aborted')
  await eventually(() => sandbox.requests()[1]?.outcome === 'aborted', { withinMs: 5_000, describe: 'it is noticed' })
  expect(sandbox.requests()[1]).toMatchObject({ completionTokens: 0 })
})

test('models are listed, and told one by one', async () => {
  const { client } = await sandboxAndClient()
  const names = (await client.models.list()).data.map(({ id }) => id)
  expect(names).toContain('gpt-4o')
  expect(await client.models.retrieve('gpt-4o')).toMatchObject({ id: 'gpt-4o', object: 'model' })
  await expect(client.models.retrieve('none')).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
})
