import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { TokenBudget } from '../src/budget/token-budget.ts'
import type { Reservation } from '../src/budget/token-budget.ts'
import { UsageReader } from '../src/budget/usage-reader.ts'
import { worstCaseTokens } from '../src/budget/worst-case.ts'
import { cl100k, o200k } from '../src/tokens/tokenizer.ts'

test('used and reserved never exceed the budget, in whatever order requests come and end', () => {
  const anyRequest = fc.record({
    worst: fc.nat(50),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    ends: fc.nat(3),
  })
  fc.assert(
    fc.property(fc.nat(200), fc.array(anyRequest), (budgetTokens, requests) => {
      const budget = new TokenBudget(budgetTokens)
      const open: { reservation: Reservation; used: number }[] = []
      let used = 0
      const end = (at: number): void => {
        const [ended] = open.splice(at % Math.max(1, open.length), 1)
        ended?.reservation.settle(ended.used)
        used += ended?.used ?? 0
      }
      for (const { worst, part, ends } of requests) {
        const reservation = budget.reserve(worst)
        if (reservation) open.push({ reservation, used: Math.floor(worst * part) })
        const figures = budget.figures()
        expect(figures.usedTokens + figures.reservedTokens).toBeLessThanOrEqual(budgetTokens)
        if (!reservation) expect(figures.usedTokens + figures.reservedTokens + worst).toBeGreaterThan(budgetTokens)
        if (ends > 1) end(ends)
      }
      while (open.length > 0) end(0)
      expect(budget.figures()).toMatchObject({ usedTokens: used, reservedTokens: 0 })
    }),
  )
})

test('only the first settlement of a reservation counts', () => {
  const budget = new TokenBudget(100)
  const reservation = budget.reserve(60)
  reservation?.settle(10)
  reservation?.settle(60)
  expect(budget.figures()).toMatchObject({ usedTokens: 10, reservedTokens: 0 })
  expect(budget.reserve(91)).toBeUndefined()
  expect(budget.figures().refusedRequests).toBe(1)
})

test('the worst case of a prompt is no less than its tokens, in any encoding', async () => {
  const other = await cl100k()
  const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(anyText, (content) => {
      const bound = worstCaseTokens('/chat/completions', {
        model: 'gpt-4o',
        messages: [{ role: 'user', content }],
        max_tokens: 5,
      })
      expect(bound).toBeGreaterThanOrEqual(Math.max(o200k.count(content), other.count(content)) + 7 + 5)
    }),
  )
})

test('a request without a bound, or that costs more than its text, is refused', () => {
  const chat = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] }
  const refused = (path: '/chat/completions' | '/responses', body: object) => () => worstCaseTokens(path, body)
  expect(refused('/chat/completions', chat)).toThrow('max_completion_tokens')
  expect(refused('/responses', { model: 'gpt-4o', input: 'hello' })).toThrow('max_output_tokens')
  const bounded = { model: 'gpt-4o', input: 'hello', max_output_tokens: 16 }
  expect(refused('/responses', { ...bounded, previous_response_id: 'resp_1' })).toThrow('previous_response_id')
  expect(refused('/responses', { ...bounded, tools: [{ type: 'web_search' }] })).toThrow('web_search')
  const image = [{ type: 'image_url', image_url: { url: 'https://example.com' } }]
  const seeing = { ...chat, max_tokens: 5, messages: [{ role: 'user', content: image }] }
  expect(refused('/chat/completions', seeing)).toThrow('image_url')
  const [one, three] = [1, 3].map((n) => worstCaseTokens('/chat/completions', { ...chat, max_tokens: 50, n }))
  expect((three ?? 0) - (one ?? 0)).toBe(100)
})

const usage = '{"prompt_tokens":5,"total_tokens":9}'
const chunk = (members: string): string => `data: {"id":"a",${members}}\n\n`
const STREAM = [
  chunk('"choices":[{"delta":{"content":"é"}}],"usage":null'),
  chunk(`"choices":[],"usage":${usage}`),
  'data: [DONE]\n\n',
].join('')

test('a usage that the caller did not ask for is read and taken out, wherever the stream is cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: STREAM.length }), { maxLength: 6 }), (cuts) => {
      const [hidden, shown] = [new UsageReader({ isHidden: true }), new UsageReader({ isHidden: false })]
      const places = [0, ...cuts.sort((a, b) => a - b), STREAM.length]
      const pieces = places.slice(1).map((to, index) => STREAM.slice(places[index], to))
      const seen = pieces.map((piece) => [hidden.read(piece), shown.read(piece)] as const)
      expect(seen.map(([text]) => text).join('')).toBe(
        `${chunk('"choices":[{"delta":{"content":"é"}}]')}data: [DONE]\n\n`,
      )
      expect(seen.map(([, text]) => text).join('')).toBe(STREAM)
      expect([hidden.totalTokens, shown.totalTokens]).toEqual([9, 9])
    }),
  )
})

test('what is told before the end is not the whole', () => {
  const reader = new UsageReader({ isHidden: false })
  reader.read(chunk(`"choices":[],"usage":${usage}`))
  expect(reader.totalTokens).toBeUndefined()
  const responses = new UsageReader({ isHidden: false })
  responses.read(
    `event: response.completed\ndata: {"type":"response.completed","response":{"usage":{"total_tokens":7}}}\n\n`,
  )
  expect(responses.totalTokens).toBe(7)
})
