import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { LABELLED_PAIRS, asksTheSame } from '../src/sample-traffic/labelled-pairs.ts'
import type { LabelledPair } from '../src/sample-traffic/labelled-pairs.ts'
import { distinctionsOf } from '../src/reference/llm/distinctions.ts'
import type { Embedder } from '../src/reference/llm/embedder.ts'
import { cosine } from '../src/reference/llm/embedder.ts'
import { createNgramEmbedder } from '../src/reference/llm/ngram-embedder.ts'
import { leastRotation, wordingOf } from '../src/reference/llm/wording.ts'

const embedder = createNgramEmbedder()

function agree(first: string, second: string, sees: Embedder['sees']): boolean {
  return distinctionsOf(first, sees).equals(distinctionsOf(second, sees))
}

async function isServed({ first, second }: LabelledPair): Promise<boolean> {
  const [a, b] = await embedder.embed([first, second])
  return cosine(a!, b!) >= embedder.similarityThreshold && agree(first, second, embedder.sees)
}

describe('what two prompts must have in common', () => {
  test('with the offline embedder no trap is served, and every other wording is', async () => {
    const served = await Promise.all(LABELLED_PAIRS.map(isServed))
    const wrong = LABELLED_PAIRS.filter((pair, index) => served[index] && !asksTheSame(pair))
    const missed = LABELLED_PAIRS.filter(({ kind }, index) => !served[index] && kind === 'wording')
    expect({ wrong, missed }).toEqual({ wrong: [], missed: [] })
  })

  test('without the guard no threshold tells the traps from the paraphrases', async () => {
    const scored = await Promise.all(
      LABELLED_PAIRS.map(async (pair) => {
        const [a, b] = await embedder.embed([pair.first, pair.second])
        return { pair, similarity: cosine(a!, b!) }
      }),
    )
    const worstTrap = Math.max(...scored.filter(({ pair }) => !asksTheSame(pair)).map(({ similarity }) => similarity))
    const rewordings = scored.filter(({ pair }) => pair.kind === 'wording')
    expect(rewordings.filter(({ similarity }) => similarity > worstTrap + 1e-6)).toEqual([])
  })

  test.each(['number', 'negation', 'opposite'] as const)(
    'a model that sees the meaning is not trusted with a difference in %s',
    (kind) => {
      const trusted = LABELLED_PAIRS.filter((pair) => pair.kind === kind && agree(pair.first, pair.second, 'meaning'))
      expect(trusted).toEqual([])
    },
  )

  test.each([
    ['the order of a direction', 'Move it from staging to production', 'Move it from production to staging'],
    ['a name', 'Write to Maria today', 'Write to Mario today'],
    ['quoted text', 'What is "a b"?', 'What is "a c"?'],
    ['code', 'Why does `x - 1` fail?', 'Why does `x + 1` fail?'],
    ['an address', 'Who is jane@acme.com here?', 'Who is jan@acme.com here?'],
    ['a contraction', 'Why does it work?', 'Why doesn\u2019t it work?'],
    ['a number in words', 'Price of five seats', 'Price of six seats'],
  ])('nor with a difference in %s', (_, first, second) => {
    expect(agree(first, second, 'meaning')).toBe(false)
    expect(agree(first, second, 'surface')).toBe(false)
  })

  test('a model that sees the meaning is trusted with other words', () => {
    expect(agree('How do I reset my password?', 'What can I do about a forgotten password?', 'meaning')).toBe(true)
    expect(agree('A limit of 1,000 calls', 'Quota: 1000 requests', 'meaning')).toBe(true)
  })

  test('an acronym that reads like a filler is a word', () => {
    expect(agree('Which taxes apply to US?', 'Which taxes apply to us?', 'surface')).toBe(false)
    expect(agree('What is the API?', "what's the api", 'surface')).toBe(true)
  })

  test('a clause may move as a whole, words may not change places', () => {
    expect(wordingOf('In the dashboard, where do I see usage?')).toEqual(
      wordingOf('Where do I see usage in the dashboard?'),
    )
    expect(wordingOf('can a viewer invite an editor')).not.toEqual(wordingOf('can an editor invite a viewer'))
    expect(wordingOf('Paris, London')).not.toEqual(wordingOf('London, Paris'))
  })

  test('all rotations of a list have one least rotation, which is one of them', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 3, maxLength: 8 })
    fc.assert(
      fc.property(words, fc.nat(), (list, at) => {
        const cut = at % list.length
        const rotated = [...list.slice(cut), ...list.slice(0, cut)]
        const least = leastRotation(list)
        expect(leastRotation(rotated)).toEqual(least)
        expect(list.map((_, start) => [...list.slice(start), ...list.slice(0, start)].join())).toContain(least.join())
      }),
    )
  })

  test('any text has distinctions, and they are the same every time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(agree(text, text, 'surface') && agree(text, text, 'meaning')).toBe(true)
        expect(distinctionsOf(text, 'meaning')).toHaveLength(16)
      }),
    )
  })
})
