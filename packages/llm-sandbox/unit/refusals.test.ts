import { expect, test } from '@jest/globals'
import { eventually } from '@proving-ground/core-harness/guarantee'
import OpenAI from 'openai'
import { post, sandboxAndClient } from './sandbox-for-test.ts'

const hello = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] }

interface Refusal {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string | null
  }
}

test('each malformed request is refused with the parameter that is wrong', async () => {
  const { sandbox } = await sandboxAndClient()
  const user = (content: unknown): object => ({ messages: [{ role: 'user', content }] })
  const cases: readonly (readonly [object, string | null, string | null])[] = [
    [{ model: undefined }, 'model', 'missing_required_parameter'],
    [{ messages: undefined }, 'messages', 'missing_required_parameter'],
    [{ messages: [] }, 'messages', 'array_below_min_length'],
    [{ messages: [{ role: 'nobody', content: 'x' }] }, 'messages[0].role', 'invalid_value'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content', 'missing_required_parameter'],
    [user(5), 'messages[0].content', 'invalid_type'],
    [user([{ type: 'text' }]), 'messages[0].content[0].text', 'invalid_type'],
    [user([{ type: 'image_url', image_url: { url: 'x' } }]), 'messages[0].content[0]', 'unsupported_by_sandbox'],
    [{ messages: [{ role: 'tool', content: 'x', tool_call_id: 'a' }] }, 'messages[0].tool_call_id', null],
    [{ temperature: 3 }, 'temperature', 'integer_above_max_value'],
    [{ max_tokens: 0 }, 'max_tokens', 'integer_below_min_value'],
    [{ max_tokens: 'many' }, 'max_tokens', 'invalid_type'],
    [{ max_tokens: 1e6 }, 'max_tokens', 'invalid_value'],
    [{ max_tokens: 5, max_completion_tokens: 5 }, 'max_tokens', null],
    [{ model: 'gpt-5', max_tokens: 5 }, 'max_tokens', 'unsupported_parameter'],
    [{ n: 0 }, 'n', 'integer_below_min_value'],
    [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop', 'invalid_type'],
    [{ stream_options: { include_usage: true } }, 'stream_options', null],
    [{ unheard_of: 1 }, 'unheard_of', 'unknown_parameter'],
    [{ logprobs: true }, 'logprobs', 'unsupported_by_sandbox'],
    [{ tool_choice: 'required' }, 'tool_choice', null],
    [{ model: 'nobody' }, 'model', 'model_not_found'],
    [{ model: 'text-embedding-3-small' }, 'model', 'model_not_found'],
    [user('word '.repeat(130_000)), 'messages', 'context_length_exceeded'],
  ]
  for (const [change, param, code] of cases) {
    const answer = await post(sandbox, '/chat/completions', { ...hello, ...change })
    const { error } = (await answer.json()) as Refusal
    const wanted = { status: code === 'model_not_found' ? 404 : 400, type: 'invalid_request_error', param, code }
    expect({ ...error, status: answer.status }).toEqual({ ...wanted, message: expect.stringMatching(/\w/) })
  }
  expect(
    sandbox.requests().every(({ outcome, completionTokens }) => outcome === 'refused' && completionTokens === 0),
  ).toBe(true)
})

test('no key and a wrong key are 401, on every route below /v1', async () => {
  const { sandbox } = await sandboxAndClient()
  const wrong = new OpenAI({ baseURL: sandbox.url, apiKey: 'sk-wrong', maxRetries: 0 })
  await expect(wrong.models.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
  for (const path of ['/models', '/nowhere']) {
    const answer = await fetch(sandbox.url + path)
    expect(answer.status).toBe(401)
    expect(((await answer.json()) as Refusal).error.type).toBe('invalid_request_error')
  }
  expect((await post({ url: sandbox.url, apiKey: '' }, '/chat/completions', hello)).status).toBe(401)
})

test('what is no JSON, too long, or nowhere is refused in the same form', async () => {
  const { sandbox } = await sandboxAndClient({ bodyLimitBytes: 2_048 })
  const refused = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await post(sandbox, path, body)
    return [answer.status, Object.keys(((await answer.json()) as Refusal).error)]
  }
  const members = ['message', 'type', 'param', 'code']
  expect(await refused('/chat/completions', '{"model":')).toEqual([400, members])
  expect(await refused('/chat/completions', '"text"')).toEqual([400, members])
  expect(await refused('/chat/completions', { ...hello, user: 'x'.repeat(3_000) })).toEqual([413, members])
  expect(await refused('/audio/speech', {})).toEqual([404, members])
})

test('one answer more than may be under way is refused with 503', async () => {
  const { sandbox } = await sandboxAndClient({ mostUnderWay: 1 })
  const leaving = new AbortController()
  const url = `${sandbox.url}/chat/completions`
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${sandbox.apiKey}` }
  const held = fetch(url, {
    method: 'POST',
    headers: { ...headers, 'x-sandbox-fault': 'timeout' },
    body: JSON.stringify(hello),
    signal: leaving.signal,
  }).catch(() => 'gone')
  await eventually(() => sandbox.requests().length === 1, { withinMs: 5_000, describe: 'the first request arrives' })
  const answer = await post(sandbox, '/chat/completions', hello)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  leaving.abort()
  expect(await held).toBe('gone')
})
