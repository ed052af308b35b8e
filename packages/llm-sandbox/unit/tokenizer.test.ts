import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { cl100k, o200k } from '../src/tokens/tokenizer.ts'

test('known counts of o200k_base and of cl100k_base', async () => {
  expect(o200k.count('hello world')).toBe(2)
  expect(o200k.count('')).toBe(0)
  expect(o200k.count('안녕하세요')).toBe(2)
  expect((await cl100k()).count('안녕하세요')).toBe(5)
})

test('what looks like a special token is counted as the text that it is', () => {
  const text = 'before <|endoftext|> after <|im_start|> and <|fim_prefix|>'
  expect(o200k.count(text)).toBe(encode(text, { disallowedSpecial: new Set() }).length)
  expect(o200k.count('<|endoftext|>')).toBeGreaterThan(1)
})

test('pieces make the text again, and their tokens its count', () => {
  const anyText = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 60 }))
  fc.assert(
    fc.property(anyText, (text) => {
      const pieces = o200k.pieces(text)
      expect(pieces.map((piece) => piece.text).join('')).toBe(text.toWellFormed())
      expect(pieces.reduce((sum, piece) => sum + piece.tokens, 0)).toBe(o200k.count(text))
    }),
  )
})

test('long text is counted as the library counts it', () => {
  const text = 'Accounts are kept in cents; 100 of them are a dollar.\n'.repeat(200)
  expect(o200k.count(text)).toBe(encode(text).length)
})

test('a word of a hundred thousand letters is counted within seconds, and at most a token in a thousand too high', () => {
  const began = performance.now()
  const tokens = o200k.count('ab'.repeat(50_000))
  expect(performance.now() - began).toBeLessThan(3_000)
  const exact = encode('ab'.repeat(5_000)).length
  expect(Math.abs(tokens / 10 - exact)).toBeLessThanOrEqual(10)
})

test('ids become text; what is no id is refused', async () => {
  const tokenizer = await cl100k()
  expect(tokenizer.decode([15339, 1917])).toBe('hello world')
  for (const id of [-1, 1.5, 10_000_000]) expect(() => tokenizer.decode([id])).toThrow(RangeError)
})
