import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { embeddingOf } from '../src/api/embeddings.ts'
import { post, sandboxAndClient } from './sandbox-for-test.ts'

const small = 'text-embedding-3-small'
const length = (vector: Iterable<number>): number => Math.hypot(...vector)

test('a vector has length 1, and is the same for the same text alone', async () => {
  const { client, sandbox } = await sandboxAndClient()
  const { data, usage, model } = await client.embeddings.create({
    model: small,
    input: ['hello world', 'other', 'hello world'],
  })
  const [first, other, again] = data.map(({ embedding }) => embedding)
  expect(model).toBe(small)
  expect(data.map(({ index }) => index)).toEqual([0, 1, 2])
  expect(first).toHaveLength(1_536)
  expect(length(first ?? [])).toBeCloseTo(1, 5)
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
  expect(usage).toEqual({ prompt_tokens: 5, total_tokens: 5 })
  expect(sandbox.requests()).toMatchObject([{ outcome: 'answered', promptTokens: 5, completionTokens: 0 }])
})

test('base64 and numbers are the same vector', async () => {
  const { sandbox } = await sandboxAndClient()
  const ask = async (format: string): Promise<unknown> => {
    const answer = await post(sandbox, '/embeddings', {
      model: small,
      input: 'hello',
      dimensions: 8,
      encoding_format: format,
    })
    return ((await answer.json()) as { data: [{ embedding: unknown }] }).data[0].embedding
  }
  const bytes = Buffer.from((await ask('base64')) as string, 'base64')
  expect(bytes).toHaveLength(32)
  expect(Array.from({ length: 8 }, (_, index) => bytes.readFloatLE(index * 4))).toEqual(await ask('float'))
})

test('token ids are the text that they are of', async () => {
  const { client } = await sandboxAndClient()
  const ask = async (input: string | number[] | number[][]) =>
    await client.embeddings.create({ model: small, input, encoding_format: 'float' })
  const text = await ask('hello world')
  expect((await ask([15339, 1917])).data).toEqual(text.data)
  const two = await ask([[15339, 1917], [1917]])
  expect(two.data[0]).toEqual(text.data[0])
  expect(two.usage.total_tokens).toBe(3)
})

test('fewer dimensions are the first of all, of length 1', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 100 }), (text, dimensions) => {
      const [whole, short] = [embeddingOf(small, text, 100), embeddingOf(small, text, dimensions)]
      const scale = length(whole.subarray(0, dimensions))
      expect(short).toHaveLength(dimensions)
      for (const [index, value] of short.entries()) expect(value).toBeCloseTo((whole[index] as number) / scale, 4)
    }),
  )
})

test('vectors of different texts are near to no other', () => {
  const vectors = Array.from({ length: 60 }, (_, index) => embeddingOf(small, `text ${index}`, 1_536))
  for (const [index, one] of vectors.entries())
    for (const other of vectors.slice(index + 1)) {
      const cosine = one.reduce((sum, value, at) => sum + value * (other[at] as number), 0)
      expect(Math.abs(cosine)).toBeLessThan(0.2)
    }
})

test('inputs that the API would refuse are refused', async () => {
  const { sandbox } = await sandboxAndClient()
  const refusal = async (body: object): Promise<unknown> => {
    const answer = await post(sandbox, '/embeddings', { model: small, input: 'hello', ...body })
    const { error } = (await answer.json()) as { error: { param: string; code: string } }
    return [answer.status, error.param, error.code]
  }
  expect(await refusal({ input: '' })).toEqual([400, 'input', 'invalid_value'])
  expect(await refusal({ input: [] })).toEqual([400, 'input', 'invalid_type'])
  expect(await refusal({ input: [-5] })).toEqual([400, 'input', 'invalid_value'])
  expect(await refusal({ input: 'word '.repeat(9_000) })).toEqual([400, 'input', 'context_length_exceeded'])
  expect(await refusal({ input: Array.from({ length: 50 }, () => 'word '.repeat(8_000)) })).toEqual([
    400,
    'input',
    'max_tokens_per_request',
  ])
  expect(await refusal({ dimensions: 2_000 })).toEqual([400, 'dimensions', 'invalid_value'])
  expect(await refusal({ model: 'text-embedding-ada-002', dimensions: 5 })).toEqual([
    400,
    'dimensions',
    'invalid_value',
  ])
  expect(await refusal({ model: 'gpt-4o' })).toEqual([404, 'model', 'model_not_found'])
})
