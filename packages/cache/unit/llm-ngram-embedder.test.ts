import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cosine, toUnitLength } from '../src/reference/llm/embedder.ts'
import { createNgramEmbedder } from '../src/reference/llm/ngram-embedder.ts'

const embedder = createNgramEmbedder()

async function similarity(first: string, second: string): Promise<number> {
  const [a, b] = await embedder.embed([first, second])
  return cosine(a!, b!)
}

describe('the n-gram embedder', () => {
  test('vectors have its dimensions and length 1, or are zero for a text without letters', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 60 }), async (text) => {
        const [vector] = await embedder.embed([text])
        expect(vector).toHaveLength(embedder.dimensions)
        const length = Math.sqrt(cosine(vector!, vector!))
        expect(length < 1e-6 || Math.abs(length - 1) < 1e-5).toBe(true)
      }),
    )
  })

  test('a text has one vector, also among others', async () => {
    const [alone] = await createNgramEmbedder().embed(['Which regions store my data?'])
    const [, among] = await embedder.embed(['x', 'Which regions store my data?'])
    expect(among).toEqual(alone)
  })

  test('case, punctuation, white space and equivalent characters do not count', async () => {
    expect(await similarity('How do I reset it?', '  how DO i\treset it!! ')).toBeCloseTo(1, 6)
    expect(await similarity('café', 'cafe\u0301')).toBeCloseTo(1, 6)
  })

  test('words of content weigh more than words of function', async () => {
    const question = 'How do I rotate the key?'
    expect(await similarity(question, 'How can we rotate a key?')).toBeGreaterThan(
      await similarity(question, 'How do I rotate the log?'),
    )
  })

  test('scripts without spaces and the empty text have vectors', async () => {
    expect(await similarity('密码重置怎么办', '密码重置怎么办呢')).toBeGreaterThan(0.7)
    expect(await similarity('', 'anything')).toBe(0)
  })

  test('unrelated texts are nearly orthogonal, in spite of hashing', async () => {
    expect(Math.abs(await similarity('Write a haiku about autumn', 'When does my trial end?'))).toBeLessThan(0.2)
  })

  test('a vector of zeros stays one', () => {
    expect(toUnitLength(new Float32Array(3))).toEqual(new Float32Array(3))
  })
})
