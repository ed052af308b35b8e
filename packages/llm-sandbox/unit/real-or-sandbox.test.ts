import { afterEach, expect, test } from '@jest/globals'
import { eventually } from '@proving-ground/core-harness/guarantee'
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startBudgetProxy } from '../src/budget/proxy.ts'
import type { BudgetProxy } from '../src/budget/proxy.ts'
import { realOrSandbox } from '../src/budget/real-or-sandbox.ts'
import { worstCaseTokens } from '../src/budget/worst-case.ts'
import type { LlmSandbox, StartOptions } from '../src/start.ts'
import { clientOf, post, sandboxAndClient } from './sandbox-for-test.ts'

const opened: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.stop()))
})

/** A sandbox that poses as the real API, behind a budget. */
async function behindBudget(
  budgetTokens: number,
  options: StartOptions = {},
): Promise<{ real: LlmSandbox; proxy: BudgetProxy; usedOfReal: () => number }> {
  const { sandbox: real } = await sandboxAndClient(options)
  const proxy = await startBudgetProxy({ baseUrl: real.url, apiKey: real.apiKey }, budgetTokens)
  opened.push(proxy)
  const usedOfReal = (): number =>
    real.requests().reduce((sum, { promptTokens, completionTokens }) => sum + promptTokens + completionTokens, 0)
  return { real, proxy, usedOfReal }
}

const hello = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'hello world' }], max_tokens: 20 }

test('what the real one says it used is what is used, for each route, streamed and not', async () => {
  const { proxy, real, usedOfReal } = await behindBudget(10_000)
  const client = clientOf(proxy)
  await client.chat.completions.create(hello)
  for await (const chunk of await client.chat.completions.create({ ...hello, stream: true }))
    expect('usage' in chunk).toBe(false)
  const asked = { ...hello, stream: true as const, stream_options: { include_usage: true } }
  let told = 0
  for await (const chunk of await client.chat.completions.create(asked)) told += chunk.usage?.total_tokens ?? 0
  expect(told).toBe(21)
  const response = { model: 'gpt-4o', input: 'hello', max_output_tokens: 20 }
  await client.responses.create(response)
  for await (const _event of await client.responses.create({ ...response, stream: true }));
  await client.embeddings.create({ model: 'text-embedding-3-small', input: 'hello world' })
  expect(real.requests()).toHaveLength(6)
  expect(proxy.spent()).toEqual({
    budgetTokens: 10_000,
    usedTokens: 3 * 21 + 2 * 20 + 2,
    reservedTokens: 0,
    refusedRequests: 0,
  })
  expect(usedOfReal()).toBe(proxy.spent().usedTokens)
  expect((await client.models.retrieve('gpt-4o')).id).toBe('gpt-4o')
})

test('of a hundred requests at once as many are sent as fit with their worst case, and no more', async () => {
  const held: ServerResponse[] = []
  const real = createServer((request, response) => void request.resume().on('end', () => held.push(response)))
  const baseUrl = await listening(real)
  const proxy = await startBudgetProxy({ baseUrl, apiKey: 'sk-real' }, 1_000)
  opened.push(proxy)
  const asked = Array.from({ length: 100 }, () => post(proxy, '/chat/completions', hello))
  const haveArrived = (): boolean => held.length + proxy.spent().refusedRequests === 100
  await eventually(haveArrived, { withinMs: 20_000, describe: 'all have arrived' })
  const fit = Math.floor(1_000 / worstCaseTokens('/chat/completions', hello))
  expect(held).toHaveLength(fit)
  for (const response of held) response.end(JSON.stringify({ usage: { total_tokens: 21 } }))
  const statuses = await Promise.all(asked.map(async (each) => (await each).status))
  expect(statuses.filter((status) => status === 200)).toHaveLength(fit)
  expect(statuses.filter((status) => status === 403)).toHaveLength(100 - fit)
  expect(proxy.spent()).toMatchObject({ usedTokens: fit * 21, reservedTokens: 0 })
})

test('what was reserved beyond the use is there again, until even one request could be too many', async () => {
  const { proxy, usedOfReal } = await behindBudget(1_000)
  const isSent = (): Promise<boolean> =>
    clientOf(proxy)
      .chat.completions.create(hello)
      .then(
        () => true,
        (error: { code: string }) => error.code !== 'budget_exceeded',
      )
  while (await isSent());
  expect(usedOfReal()).toBeLessThanOrEqual(1_000)
  expect(usedOfReal()).toBeGreaterThan(1_000 - worstCaseTokens('/chat/completions', hello))
})

test('what was cut or failed on the way pays all that it reserved; what was refused pays nothing', async () => {
  const { proxy, real } = await behindBudget(10_000, {
    faults: [{ share: 1, fault: { kind: 'cut', afterChunks: 3 } }],
  })
  const cut = await post(proxy, '/chat/completions', { ...hello, stream: true })
  await expect(cut.text()).rejects.toThrow()
  const { usedTokens } = proxy.spent()
  expect(usedTokens).toBeGreaterThan(21)
  expect((await post(proxy, '/chat/completions', { ...hello, model: 'none' })).status).toBe(404)
  expect(proxy.spent()).toMatchObject({ usedTokens, reservedTokens: 0 })
  await real.stop()
  const lost = await post(proxy, '/chat/completions', hello)
  expect([lost.status, await lost.json()]).toMatchObject([502, { error: { type: 'server_error' } }])
  expect(proxy.spent().usedTokens).toBeGreaterThan(usedTokens)
})

test('a caller that goes away ends the real request, and pays all that it reserved', async () => {
  const { proxy, real } = await behindBudget(100_000, {
    answerTokens: { kind: 'constant', value: 10_000 },
    tokensPerSecond: { kind: 'constant', value: 200 },
  })
  const stream = await clientOf(proxy).chat.completions.create({ ...hello, max_tokens: 10_000, stream: true })
  for await (const _chunk of stream) break
  await eventually(() => real.requests()[0]?.outcome === 'aborted', {
    withinMs: 5_000,
    describe: 'the real one is told',
  })
  await eventually(() => proxy.spent().reservedTokens === 0, { withinMs: 5_000, describe: 'it is settled' })
  expect(proxy.spent().usedTokens).toBeGreaterThan(10_000)
})

test('a refusal of the real one goes through, with what it says about waiting', async () => {
  const { proxy } = await behindBudget(10_000, {
    faults: [{ share: 1, fault: { kind: 'status', status: 429, retryAfterSeconds: 3 } }],
  })
  const answer = await post(proxy, '/chat/completions', hello)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3'])
  expect(proxy.spent()).toMatchObject({ usedTokens: 0, reservedTokens: 0 })
})

test('the key goes to the real one alone: not to callers, whatever goes wrong', async () => {
  const secret = 'sk-secret-of-the-real-one'
  const keys: (string | undefined)[] = []
  const rude = createServer((request, response) => {
    keys.push(request.headers.authorization)
    response
      .writeHead(401, { 'content-type': 'application/json', 'x-request-id': 'a' })
      .end(JSON.stringify({ error: secret }))
  })
  const baseUrl = await listening(rude)
  const llm = await realOrSandbox({
    realLlm: true,
    budgetTokens: 1_000,
    environment: { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: secret },
  })
  opened.push(llm)
  expect(llm).toMatchObject({ kind: 'real' })
  expect(llm.apiKey).not.toContain(secret)
  for (const ask of [
    () => post(llm, '/chat/completions', hello),
    () => fetch(`${llm.url}/models`, bearer(llm.apiKey)),
  ]) {
    const answer = await ask()
    expect(answer.status).toBe(401)
    expect((await answer.text()) + JSON.stringify([...answer.headers])).not.toContain(secret)
  }
  expect(keys).toEqual([`Bearer ${secret}`, `Bearer ${secret}`])
  expect((await post({ url: llm.url, apiKey: secret }, '/chat/completions', hello)).status).toBe(401)
  expect(llm.usedTokens()).toBe(0)
})

test('without --real-llm it is the sandbox, whatever the environment says', async () => {
  const environment = { OPENAI_API_KEY: 'sk-real', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }
  const llm = await realOrSandbox({ realLlm: false, budgetTokens: 10, environment })
  opened.push(llm)
  expect(llm.kind).toBe('sandbox')
  await clientOf(llm).chat.completions.create(hello)
  expect(llm.usedTokens()).toBeGreaterThan(9)
})

test('a real one without a key, a URL with a password, and a budget of nothing are refused', async () => {
  const real = { realLlm: true, budgetTokens: 10 }
  await expect(realOrSandbox({ ...real, environment: {} })).rejects.toThrow('OPENAI_API_KEY')
  const environment = { OPENAI_API_KEY: 'sk-real', OPENAI_BASE_URL: 'https://user:secret@example.com/v1' }
  const error = await realOrSandbox({ ...real, environment }).catch((refused: unknown) => String(refused))
  expect(error).toMatch('OPENAI_BASE_URL')
  expect(error).not.toMatch('secret')
  await expect(realOrSandbox({ realLlm: false, budgetTokens: 0 })).rejects.toThrow('budget')
})

/** Starts a server that the test ends. */
async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push({
    stop: () => {
      server.closeAllConnections()
      return new Promise((resolve) => void server.close(() => resolve()))
    },
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

function bearer(apiKey: string): RequestInit {
  return { headers: { authorization: `Bearer ${apiKey}` } }
}
