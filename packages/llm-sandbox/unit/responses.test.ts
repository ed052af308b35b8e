import { expect, test } from '@jest/globals'
import type OpenAI from 'openai'
import { o200k } from '../src/tokens/tokenizer.ts'
import { sandboxAndClient } from './sandbox-for-test.ts'

type Event = OpenAI.Responses.ResponseStreamEvent

const hello = { model: 'gpt-4o', input: 'hello world' }
const usageOf = (input: number, output: number, reasoning = 0) => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output,
})

async function streamed(
  client: OpenAI,
  params: Omit<OpenAI.Responses.ResponseCreateParamsStreaming, 'stream'>,
): Promise<Event[]> {
  const events: Event[] = []
  for await (const event of await client.responses.create({ ...params, stream: true })) events.push(event)
  return events
}

const textOf = ({ output }: OpenAI.Responses.Response): string =>
  output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : ''))
    .join('')

test('a response has a message and the usage that its texts have', async () => {
  const { client } = await sandboxAndClient()
  const response = await client.responses.create({ ...hello, instructions: 'be kind', metadata: { tenant: 'acme' } })
  expect(response).toMatchObject({ object: 'response', status: 'completed', metadata: { tenant: 'acme' }, error: null })
  expect(response.output).toMatchObject([{ type: 'message', role: 'assistant', status: 'completed' }])
  expect(o200k.count(response.output_text)).toBe(12)
  expect(response.usage).toEqual(usageOf(3 + (3 + 1 + 2) + (3 + 1 + 2), 12))
})

test('a stream has the documented events in their order, numbered, and the usage in the last', async () => {
  const { client } = await sandboxAndClient()
  const events = await streamed(client, hello)
  const deltas = events.filter((event) => event.type === 'response.output_text.delta')
  expect(events.map(({ type }) => type)).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    ...deltas.map(({ type }) => type),
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ])
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_event, index) => index))
  const last = events.at(-1) as OpenAI.Responses.ResponseCompletedEvent
  expect(deltas.map(({ delta }) => delta).join('')).toBe(textOf(last.response))
  expect(last.response.usage).toEqual(usageOf(9, 12))
  expect((events[0] as OpenAI.Responses.ResponseCreatedEvent).response).toMatchObject({
    status: 'in_progress',
    usage: null,
  })
})

test('max_output_tokens makes it incomplete', async () => {
  const { client } = await sandboxAndClient({ answerTokens: { kind: 'constant', value: 40 } })
  const cut = { ...hello, max_output_tokens: 16 }
  expect(await client.responses.create(cut)).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    usage: usageOf(9, 16),
  })
  expect((await streamed(client, cut)).at(-1)?.type).toBe('response.incomplete')
})

test('a reasoning model gives a reasoning item before its message', async () => {
  const { client } = await sandboxAndClient()
  const response = await client.responses.create({ ...hello, model: 'gpt-5', reasoning: { effort: 'low' } })
  expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'message'])
  expect(response.usage).toEqual(usageOf(9, 76, 64))
  const again = await client.responses.create({
    model: 'gpt-5',
    input: [{ role: 'user', content: 'hello world' }, ...response.output, { role: 'user', content: 'again' }] as never,
  })
  expect(again.usage?.input_tokens).toBe(9 + (3 + 1 + 12) + (3 + 1 + 1))
})

test('a function that has to be called is called, streamed and not', async () => {
  const { client } = await sandboxAndClient()
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  const weather = { type: 'function' as const, name: 'weather', parameters, strict: false }
  const asked = { ...hello, tools: [weather], tool_choice: { type: 'function' as const, name: 'weather' } }
  const response = await client.responses.create(asked)
  expect(response.output).toMatchObject([{ type: 'function_call', name: 'weather', arguments: '{"city":"text"}' }])
  const events = await streamed(client, asked)
  const deltas = events.filter((event) => event.type === 'response.function_call_arguments.delta')
  expect(deltas.map(({ delta }) => delta).join('')).toBe('{"city":"text"}')
  expect(events.at(-1)?.type).toBe('response.completed')
})

test('what needs state on the server is refused', async () => {
  const { client } = await sandboxAndClient()
  await expect(client.responses.create({ ...hello, previous_response_id: 'resp_1' })).rejects.toMatchObject({
    status: 400,
    param: 'previous_response_id',
    code: 'unsupported_by_sandbox',
  })
})
