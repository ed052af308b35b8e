import { expect, test } from '@jest/globals'
import { seededRandom } from '@proving-ground/core-harness/statistics/seeded-random'
import fc from 'fast-check'
import { fixedCompletion, textCompletion, textOf } from '../src/answer/completion.ts'
import { WORDS } from '../src/answer/sentences.ts'
import { o200k } from '../src/tokens/tokenizer.ts'

const free = { naturalTokens: 40, reasoningTokens: 0, mostTokens: 1_000, stop: [] }

test('every word is one token, at the begin of a text and within it', () => {
  for (const word of Object.values(WORDS).flatMap((words) => words.split(' ')))
    expect([word, o200k.count(` ${word}`)]).toEqual([word, 1])
  for (const word of WORDS.determiners.split(' ')) {
    const written = word.charAt(0).toUpperCase() + word.slice(1)
    expect([written, o200k.count(written), o200k.count(` ${written}`)]).toEqual([written, 1, 1])
  }
})

test('an answer has the tokens that it says, by the tokenizer, wherever it was cut', () => {
  const anyLimit = fc.record({ naturalTokens: fc.integer({ min: 1, max: 300 }), mostTokens: fc.nat({ max: 300 }) })
  fc.assert(
    fc.property(fc.integer(), anyLimit, (seed, limits) => {
      const completion = textCompletion(seededRandom(seed), { ...free, ...limits })
      expect(o200k.count(textOf(completion))).toBe(completion.tokens)
      expect(completion.tokens).toBe(Math.min(limits.naturalTokens, limits.mostTokens))
      expect(completion.isCutByLength).toBe(limits.naturalTokens > limits.mostTokens)
    }),
  )
})

test('a limit only cuts: the text is the begin of the longer one', () => {
  const whole = textOf(textCompletion(seededRandom(7), free))
  const cut = textOf(textCompletion(seededRandom(7), { ...free, mostTokens: 9 }))
  expect(whole.startsWith(cut)).toBe(true)
  expect(cut.length).toBeLessThan(whole.length)
})

test('a stop sequence ends the answer before it, in the middle of a word too', () => {
  const whole = textOf(textCompletion(seededRandom(7), free))
  const stop = whole.slice(31, 36)
  const stopped = textCompletion(seededRandom(7), { ...free, stop: ['nowhere', stop] })
  expect(textOf(stopped)).toBe(whole.slice(0, whole.indexOf(stop)))
  expect(stopped.tokens).toBe(o200k.count(textOf(stopped)))
  expect(stopped.isCutByLength).toBe(false)
})

test('reasoning is paid first, and may leave no room for the answer', () => {
  const all = textCompletion(seededRandom(7), { ...free, reasoningTokens: 64 })
  expect([all.reasoningTokens, all.tokens, all.pieces.length]).toEqual([64, 104, 40])
  const none = textCompletion(seededRandom(7), { ...free, reasoningTokens: 64, mostTokens: 50 })
  expect(none).toEqual({ reasoningTokens: 50, pieces: [], tokens: 50, isCutByLength: true })
})

test('a given text is kept within the limit', () => {
  const text = '{"city":"Zürich","temperature":-3.5}'
  expect(textOf(fixedCompletion(text, { reasoningTokens: 0, mostTokens: 100 }))).toBe(text)
  const cut = fixedCompletion(text, { reasoningTokens: 0, mostTokens: 4 })
  expect(cut).toMatchObject({ tokens: 4, isCutByLength: true })
  expect(text.startsWith(textOf(cut))).toBe(true)
})
