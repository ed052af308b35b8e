import { expect, test } from '@jest/globals'
import { PromptCache } from '../src/tokens/prompt-cache.ts'
import { messageTokens, toolTokens } from '../src/tokens/prompt-tokens.ts'

test('a message costs three tokens, its role, its text, and one more with a name', () => {
  expect(messageTokens({ role: 'user', text: 'hello world' })).toBe(3 + 1 + 2)
  expect(messageTokens({ role: 'user', text: 'hello world', name: 'bob' })).toBe(3 + 1 + 2 + 1 + 1)
  const calls = [{ name: 'weather', arguments: '{}' }]
  expect(messageTokens({ role: 'assistant', text: '', calls })).toBe(3 + 1 + 1 + 1)
})

test('tools cost what the cookbook says for gpt-4o', () => {
  expect(toolTokens([])).toBe(0)
  // weather:Tells it (4); a list of properties: city:string:A city (4), unit:: (2) with two values of one token each; the end.
  const parameters = {
    type: 'object',
    properties: { city: { type: 'string', description: 'A city.' }, unit: { enum: ['C', 'F'] } },
  }
  expect(toolTokens([{ name: 'weather', description: 'Tells it.', parameters }])).toBe(
    7 + 4 + 3 + (3 + 4) + (3 + 2) + (-3 + 3 + 1 + 3 + 1) + 12,
  )
  expect(toolTokens([{ name: 'weather' }])).toBe(7 + 2 + 12)
})

test('a prompt that begins as an earlier one is cached from 1,024 tokens on, in steps of 128', () => {
  const cache = new PromptCache()
  const parts = [
    { text: 'a', tokens: 900 },
    { text: 'b', tokens: 300 },
  ]
  expect(cache.cachedTokens('gpt-4o', parts)).toBe(0)
  expect(cache.cachedTokens('gpt-4o', [...parts, { text: 'c', tokens: 500 }])).toBe(1_152)
  expect(cache.cachedTokens('gpt-4o', [...parts, { text: 'c', tokens: 500 }])).toBe(1_664)
  expect(cache.cachedTokens('gpt-4.1', parts)).toBe(0)
  expect(cache.cachedTokens('gpt-4o', [{ text: 'other', tokens: 900 }, ...parts])).toBe(0)
  expect(cache.cachedTokens('gpt-4o', [{ text: 'short', tokens: 1_000 }])).toBe(0)
  expect(cache.cachedTokens('gpt-4o', [{ text: 'short', tokens: 1_000 }])).toBe(0)
})
