import { afterEach, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chooseEmbedder } from '../src/reference/llm/choose-embedder.ts'
import { createOpenAiEmbedder, embedderOptionsFrom } from '../src/reference/llm/openai-embedder.ts'
import type { OpenAiEmbedderOptions } from '../src/reference/llm/openai-embedder.ts'

const KEY = 'sk-secret-of-the-test'
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function serve(
  answer: (body: string, request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => answer(body, request, response))
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

function embedderAt(baseUrl: string, options: Partial<OpenAiEmbedderOptions> = {}) {
  return createOpenAiEmbedder({ baseUrl, apiKey: KEY, model: 'a-model', dimensions: 2, ...options })
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function failureOf(work: Promise<unknown>): Promise<Error & { code?: string; status?: number }> {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}

describe('the embedder over the API of OpenAI', () => {
  test('sends model, texts and dimensions, and gives unit vectors in the order of the texts', async () => {
    const seen: unknown[] = []
    const url = await serve((body, request, response) => {
      seen.push([request.method, request.url, request.headers.authorization, JSON.parse(body)])
      json(response, {
        data: [
          { index: 1, embedding: [0, 2] },
          { index: 0, embedding: [3, 4] },
        ],
      })
    })
    const vectors = await embedderAt(`${url}/`).embed(['one', 'two'])
    expect(vectors).toEqual([Float32Array.of(0.6, 0.8), Float32Array.of(0, 1)])
    const sent = { model: 'a-model', input: ['one', 'two'], dimensions: 2, encoding_format: 'float' }
    expect(seen).toEqual([['POST', '/v1/embeddings', `Bearer ${KEY}`, sent]])
  })

  test('no texts need no call', async () => {
    expect(await embedderAt('http://127.0.0.1:1').embed([])).toEqual([])
  })

  test.each([
    [401, 'check the API key'],
    [404, 'check the base URL and the model'],
    [429, 'the quota is used up or the rate is too high'],
    [500, 'the API is in trouble'],
  ])('a refusal with status %i says what to do, and tells neither key nor text', async (status, advice) => {
    const url = await serve((_, __, response) => json(response, { error: `bad key ${KEY} for secret text` }, status))
    const error = await failureOf(embedderAt(url).embed(['secret text']))
    expect(error).toMatchObject({ name: 'EmbeddingError', code: 'refused', status })
    expect(error.message).toContain(advice)
    expect(JSON.stringify([error.message, error.stack, error.cause])).not.toMatch(/sk-secret|secret text/)
  })

  test('a server that is silent is given up after the timeout', async () => {
    const url = await serve(() => undefined)
    const error = await failureOf(embedderAt(url, { timeoutMs: 50 }).embed(['x']))
    expect(error).toMatchObject({ name: 'EmbeddingError', code: 'timeout' })
    expect(error.message).toContain('50 ms')
  })

  test('a body that stalls is given up too', async () => {
    const url = await serve((_, __, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":[')
    })
    const error = await failureOf(embedderAt(url, { timeoutMs: 100 }).embed(['x']))
    expect(error).toMatchObject({ code: 'timeout' })
  })

  test('a server that is not there is unreachable', async () => {
    const url = await serve(() => undefined)
    servers.pop()!.close()
    const error = await failureOf(embedderAt(url).embed(['x']))
    expect(error).toMatchObject({ name: 'EmbeddingError', code: 'unreachable' })
  })

  test.each([
    ['no list', {}, 'no list "data"'],
    ['other dimensions', { data: [{ index: 0, embedding: [1, 2, 3] }] }, 'has 3 of 2 numbers'],
    ['no numbers', { data: [{ index: 0, embedding: [1, null] }] }, 'what is no number'],
    ['too few vectors', { data: [] }, 'lacks a vector'],
    ['a text for a vector', { data: [{ index: 0, embedding: 'AAAA' }] }, 'no numbers'],
  ])('an answer with %s is malformed', async (_, body, found) => {
    const url = await serve((__, ___, response) => json(response, body))
    const error = await failureOf(embedderAt(url).embed(['x']))
    expect(error).toMatchObject({ name: 'EmbeddingError', code: 'malformed' })
    expect(error.message).toContain(found)
  })

  test('an answer that is no JSON is malformed', async () => {
    const url = await serve((_, __, response) => void response.end('<html>'))
    expect(await failureOf(embedderAt(url).embed(['x']))).toMatchObject({ code: 'malformed' })
  })
})

describe('the choice of the embedder', () => {
  const environment = { EMBEDDING_BASE_URL: 'http://host/v1', EMBEDDING_API_KEY: KEY, EMBEDDING_MODEL: 'm' }

  test('the environment names a model, or the offline embedder is taken', () => {
    expect(chooseEmbedder({})).toMatchObject({ name: 'ngram-3', dimensions: 512, sees: 'surface' })
    expect(chooseEmbedder(environment)).toMatchObject({ name: 'm', dimensions: 1536, sees: 'meaning' })
    expect(chooseEmbedder({ ...environment, EMBEDDING_DIMENSIONS: '256' })).toMatchObject({ dimensions: 256 })
  })

  test.each([
    [{ EMBEDDING_BASE_URL: 'no url' }, 'EMBEDDING_BASE_URL is not a URL'],
    [{ EMBEDDING_API_KEY: '' }, 'EMBEDDING_API_KEY is not'],
    [{ EMBEDDING_MODEL: undefined }, 'EMBEDDING_MODEL is not'],
    [{ EMBEDDING_DIMENSIONS: 'many' }, 'EMBEDDING_DIMENSIONS is not a whole number'],
  ])('half a configuration is refused: %o', (change, message) => {
    expect(() => embedderOptionsFrom({ ...environment, ...change })).toThrow(message)
  })
})
