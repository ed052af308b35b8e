import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { TokenSearch } from '../../../src/history/token-search.ts'

function found(tokens: readonly string[], text: string): string[] {
  const all: string[] = []
  new TokenSearch(tokens).in(text, (token) => all.push(token))
  return all
}

/** At each place the longest token, but none within one before it. */
function foundBySlowSearch(tokens: readonly string[], text: string): string[] {
  const all: string[] = []
  let coveredTo = 0
  for (let at = 0; at < text.length; at++) {
    const [longest] = tokens.filter((token) => text.startsWith(token, at)).sort((a, b) => b.length - a.length)
    if (longest === undefined || at + longest.length <= coveredTo) continue
    coveredTo = at + longest.length
    all.push(longest)
  }
  return all
}

test('finds what a slow search finds', () => {
  const text = (maxLength: number) => fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength })
  const tokens = fc.uniqueArray(
    text(4).filter((token) => token !== ''),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(tokens, text(30), (some, within) => {
      expect(found(some, within)).toEqual(foundBySlowSearch(some, within))
    }),
    { numRuns: 1_000 },
  )
})

test('finds each of many tokens, of different lengths, and nothing else', () => {
  const tokens = Array.from(
    { length: 5_000 },
    (_, index) => `token-${index.toString(36).padStart(4 + (index % 3), '0')}!`,
  )
  const text = tokens.map((token) => `xx ${token}`).join('')
  expect(found(tokens, text)).toEqual(tokens)
  expect(found(tokens, text.replaceAll('!', '?'))).toEqual([])
})

test('a token at the very beginning and the very end is found, and in a text that is nothing else', () => {
  expect(found(['begin', 'end'], 'begin end')).toEqual(['begin', 'end'])
  expect(found(['same'], 'same')).toEqual(['same'])
  expect(found(['longer'], 'long')).toEqual([])
  expect(found([], 'anything')).toEqual([])
})

test('tokens with one beginning, and one beyond what the window holds, are told apart', () => {
  const long = 'x'.repeat(100)
  expect(found([`${long}a`, `${long}b`], `-${long}b-${long}a-${long}c`)).toEqual([`${long}b`, `${long}a`])
})
