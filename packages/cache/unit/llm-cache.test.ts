import { describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { LABELLED_PAIRS } from '../src/sample-traffic/labelled-pairs.ts'
import type { LlmRequest } from '../src/contract.ts'
import type { AnswerStore, Fingerprint } from '../src/reference/llm/answer-store.ts'
import type { LlmCacheError } from '../src/reference/llm/errors.ts'
import { rank } from '../src/reference/llm/likeness.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'
import type { LlmCacheDeps } from '../src/reference/llm/llm-cache.ts'

const REQUEST: LlmRequest = {
  tenant: 'acme',
  model: 'gpt-4o-mini',
  temperature: 0,
  systemPrompt: '',
  tools: [],
  prompt: LABELLED_PAIRS[0]!.first,
}
const TTL = { ttlMs: 1000 }

/** A cache whose store fails or hangs where it is told to, with what it reported. */
function openOn(store: Partial<AnswerStore>, deps: Partial<LlmCacheDeps> = {}) {
  const errors: LlmCacheError[] = []
  const empty: AnswerStore = {
    find: () => Promise.resolve({ others: [] }),
    fingerprints: () => Promise.resolve([]),
    serve: () => Promise.resolve(undefined),
    save: () => Promise.resolve(),
  }
  const llm = createLlmCache({
    redis: {} as Redis,
    keyPrefix: 'unit:',
    options: {},
    onError: (error) => errors.push(error),
    parts: { createAnswerStore: () => ({ ...empty, ...store }) },
    ...deps,
  })
  return { llm, errors }
}

async function read(stream: AsyncIterable<string>): Promise<string[]> {
  const chunks: string[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

async function* model(): AsyncGenerator<string> {
  yield 'an '
  yield 'answer'
}

describe('the LLM cache, when something fails', () => {
  const refused = new Error('READONLY You cannot write against a replica')

  test('a lookup that fails costs a call and is reported', async () => {
    const { llm, errors } = openOn({ find: () => Promise.reject(refused) })
    const answer = await llm.respond(REQUEST, () => Promise.resolve(model()), TTL)
    expect([answer.served, await read(answer.chunks)]).toEqual(['miss', ['an ', 'answer']])
    expect(errors).toMatchObject([{ name: 'LlmCacheError', operation: 'lookup', cause: refused }])
  })

  test('a lookup that hangs is given up after the deadline', async () => {
    const { llm, errors } = openOn({ find: () => new Promise(() => undefined) }, { redisDeadlineMs: 20 })
    const answer = await llm.respond(REQUEST, () => Promise.resolve(model()), TTL)
    expect(await read(answer.chunks)).toEqual(['an ', 'answer'])
    expect(errors[0]?.message).toContain('within 20 ms')
  })

  test('an answer that cannot be stored has been streamed all the same', async () => {
    const { llm, errors } = openOn({ save: () => Promise.reject(refused) })
    const answer = await llm.respond(REQUEST, () => Promise.resolve(model()), TTL)
    expect(await read(answer.chunks)).toEqual(['an ', 'answer'])
    expect(errors).toMatchObject([{ operation: 'save', cause: refused }])
  })

  test('an embedder that fails leaves exact hits, and the answer is stored without a vector', async () => {
    const saved: unknown[] = []
    const embedder = {
      name: 'broken',
      dimensions: 2,
      similarityThreshold: 0.9,
      sees: 'meaning' as const,
      embed: () => Promise.reject(new Error('no quota')),
    }
    const save: AnswerStore['save'] = (_scope, _id, answer) => {
      saved.push(answer)
      return Promise.resolve()
    }
    const { llm, errors } = openOn({ save, find: () => Promise.resolve({ others: ['x'] }) }, { embedder })
    await read((await llm.respond(REQUEST, () => Promise.resolve(model()), TTL)).chunks)
    expect(saved).toEqual([{ chunks: ['an ', 'answer'], fingerprint: undefined }])
    expect(errors).toMatchObject([{ operation: 'embed' }])
  })

  test('a model that fails fails its caller, as it failed', async () => {
    const { llm, errors } = openOn({})
    const failure = new Error('overloaded')
    await expect(llm.respond(REQUEST, () => Promise.reject(failure), TTL)).rejects.toBe(failure)
    expect(errors).toEqual([])
  })

  test('an answer that ended between search and serving is a miss', async () => {
    const saved = new Map<string, Fingerprint>()
    const tried: string[] = []
    const { llm } = openOn({
      find: () => Promise.resolve({ others: [...saved.keys()] }),
      fingerprints: (_, ids) => Promise.resolve(ids.map((id) => saved.get(id))),
      serve: (_, id) => Promise.resolve(void tried.push(id)),
      save: (_, id, { fingerprint }) => Promise.resolve(void saved.set(id, fingerprint!)),
    })
    await read((await llm.respond(REQUEST, () => Promise.resolve(model()), TTL)).chunks)
    const alike = await llm.respond(
      { ...REQUEST, prompt: LABELLED_PAIRS[0]!.second },
      () => Promise.resolve(model()),
      TTL,
    )
    expect(alike.served).toBe('miss')
    expect(tried).toEqual([...saved.keys()])
  })

  test('nonsense is refused before anything happens', async () => {
    const { llm } = openOn({})
    for (const ttlMs of [0, -1, Number.NaN, Infinity])
      await expect(llm.respond(REQUEST, () => Promise.resolve(model()), { ttlMs })).rejects.toThrow(RangeError)
    expect(() => openOn({}, { options: { similarityThreshold: 1.1 } })).toThrow(RangeError)
    expect(() => openOn({}, { options: { maxEntriesPerScope: 0 } })).toThrow(RangeError)
  })
})

describe('the search for alike prompts', () => {
  const fingerprint = (vector: number[], distinctions = 0): Fingerprint => ({
    vector: Float32Array.from(vector),
    distinctions: new Uint8Array(16).fill(distinctions),
  })

  test('gives those that reach the threshold, the likest first, and only with the same distinctions', () => {
    const stored = new Map([
      ['near', fingerprint([0.8, 0.6])],
      ['same', fingerprint([1, 0])],
      ['far', fingerprint([0, 1])],
      ['negated', fingerprint([1, 0], 1)],
      ['of another length', fingerprint([1, 0, 0])],
    ])
    expect(rank(stored, fingerprint([1, 0]), 0.75)).toEqual(['same', 'near'])
    expect(rank(stored, fingerprint([1, 0]), 1)).toEqual(['same'])
  })
})
