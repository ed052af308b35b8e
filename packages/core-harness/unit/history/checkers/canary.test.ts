import { expect, test } from '@jest/globals'

import { canary } from '../../../src/history/checkers/canary.ts'
import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import type { Json } from '../../../src/history/operation.ts'
import { fail, history, info } from '../hand-written.ts'
import type { Call } from '../hand-written.ts'

function judge(calls: readonly Call[]): CheckResult {
  return canary.check(history(...calls), canary.options.parse({}))
}

const said = ({ anomalies }: CheckResult): string[] =>
  anomalies.map(({ kind, explanation }) => `${kind}: ${explanation}`)
const plant = (tenant: string | number, token: string): Json => ({ tenant, token })

const two: Call[] = [
  [0, 1, 'write', plant('a', 'tok-a-1')],
  [0, 1, 'write', plant('b', 'tok-b-1')],
  [2, 3, 'read', 'a', ['tok-a-1']],
]

test('answers that hold tokens of the tenant itself alone are valid', () => {
  const result = judge([
    ...two,
    [4, 5, 'read', { tenant: 'b', page: 2 }, { rows: [{ text: 'x tok-b-1 y' }], total: 1 }],
  ])
  expect(result).toEqual({
    checker: 'canary',
    verdict: 'valid',
    counts: { leak: 0, writes: 2, reads: 2, tokens: 2, tenants: 2, ownSeen: 2 },
    anomalies: [],
  })
})

test.each<[string, Json]>([
  ['the answer itself', 'tok-b-1'],
  ['a text', 'seen: "tok-b-1".'],
  ['a list of lists', [1, null, [true, ['tok-b-1']]]],
  ['a field', { rows: [{ name: 'x', value: { text: 'tok-b-1' } }] }],
  ['the name of a field', { 'tok-b-1': 1 }],
  ['JSON within a text', JSON.stringify({ rows: JSON.stringify(['tok-b-1']) })],
])('a token of another tenant is found in %s', (_, answer) => {
  const result = judge([...two, [4, 5, 'read', { tenant: 'a' }, answer]])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { leak: 1, ownSeen: 1 } })
  expect(said(result)).toEqual([
    'leak: the answer to tenant "a" at 0.005 s holds "tok-b-1", which tenant "b" wrote at 0.000 s',
  ])
  expect(result.anomalies[0]?.operations).toEqual([1, 3])
  expect(result.counterexample?.map(({ index }) => index)).toEqual([1, 3])
})

test('a token is found in what a write is answered, and in what an error says', () => {
  const others: Call[] = [
    [4, 5, 'write', plant('a', 'tok-a-2'), { current: 'tok-b-1' }],
    [4, 5, 'read', 'a', null, { ...fail, error: 'cannot parse tok-b-1' }],
    [4, 5, 'write', plant('a', 'tok-a-3'), null, { ...info, error: 'tok-b-1 timed out' }],
  ]
  for (const other of others) expect(judge([...two, other])).toMatchObject({ verdict: 'invalid', counts: { leak: 1 } })
})

test('a write that failed or is unknown plants its token as well', () => {
  for (const outcome of [info, fail])
    expect(
      judge([...two, [0, 1, 'write', plant('b', 'tok-b-2'), null, outcome], [4, 5, 'read', 'a', 'tok-b-2']]).verdict,
    ).toBe('invalid')
})

test('a token that stands in an answer more than once is told once, each of several by itself', () => {
  const result = judge([
    ...two,
    [0, 1, 'write', plant('b', 'tok-b-2')],
    [4, 5, 'read', 'a', ['tok-b-1 tok-b-1', 'tok-b-2', 'tok-b-1', 'tok-a-1']],
  ])
  expect(result.counts).toMatchObject({ leak: 2, ownSeen: 2, tokens: 3 })
})

test('a token that is a part of another is not taken for it', () => {
  const calls: Call[] = [
    [0, 1, 'write', plant('a', 'tok-1')],
    [0, 1, 'write', plant('b', 'tok-10')],
    [2, 3, 'read', 'b', 'tok-10'],
  ]
  expect(judge(calls).verdict).toBe('valid')
  expect(judge([...calls, [4, 5, 'read', 'b', 'tok-10, tok-1']]).counts).toMatchObject({ leak: 1 })
})

test('tenants may be numbers, and write the same token again', () => {
  const calls: Call[] = [
    [0, 1, 'write', plant(1, 'tok-1-x')],
    [2, 3, 'write', plant(1, 'tok-1-x')],
    [0, 1, 'write', plant(2, 'tok-2-x')],
    [4, 5, 'read', 1, 'tok-1-x'],
  ]
  expect(judge(calls)).toMatchObject({ verdict: 'valid', counts: { writes: 3, tokens: 2 } })
  expect(judge([...calls, [6, 7, 'read', 2, 'tok-1-x']]).anomalies[0]?.operations).toEqual([0, 4])
})

test('one tenant alone, or a search that never found a token, is no verdict', () => {
  const alone = 'fewer than two tenants wrote a token'
  expect(judge([])).toMatchObject({ verdict: 'unknown', why: alone })
  expect(
    judge([
      [0, 1, 'write', plant('a', 'tok-a-1')],
      [2, 3, 'read', 'a', 'tok-a-1'],
    ]),
  ).toMatchObject({
    verdict: 'unknown',
    why: alone,
  })
  const blind = "no answer held a token of the tenant's own: nobody knows whether a token could have been seen"
  expect(judge(two.slice(0, 2))).toMatchObject({ verdict: 'unknown', why: blind })
  expect(judge([...two.slice(0, 2), [2, 3, 'read', 'a', ['nothing']]])).toMatchObject({
    verdict: 'unknown',
    why: blind,
  })
  // What a write answers, or an error says, is no sign that reads can see tokens.
  const echo: Call[] = [
    [0, 1, 'write', plant('a', 'tok-a-1'), 'tok-a-1'],
    [0, 1, 'write', plant('b', 'tok-b-1')],
    [2, 3, 'read', 'b', null, { ...info, error: 'tok-b-1' }],
  ]
  expect(judge(echo)).toMatchObject({ verdict: 'unknown', why: blind, counts: { reads: 0, ownSeen: 0 } })
})

test('a history of something else is refused', () => {
  expect(() => judge([[0, 1, 'get', 'a']])).toThrow(
    'reading the history for canary: operation 0 (get) is none of write, read',
  )
  expect(() => judge([[0, 1, 'write', { tenant: 'a' }]])).toThrow('operation 0 (write) has no token, which is a text')
  expect(() => judge([[0, 1, 'write', { tenant: 'a', token: '' }]])).toThrow('has no token')
  expect(() => judge([[0, 1, 'write', { token: 'tok' }]])).toThrow('has {token: "tok"}, which names no tenant')
  expect(() => judge([[0, 1, 'read', null, 'x']])).toThrow('operation 0 (read) has null, which names no tenant')
  expect(() =>
    judge([
      [0, 1, 'write', plant('a', 'tok')],
      [2, 3, 'write', plant('b', 'tok')],
    ]),
  ).toThrow('operation 1 (write) gives "tok" to a second tenant: nobody could say whose it is')
  expect(() => canary.options.parse({ prefix: 'tok' })).toThrow('prefix')
})
