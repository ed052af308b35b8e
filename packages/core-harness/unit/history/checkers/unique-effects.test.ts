import { expect, test } from '@jest/globals'

import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import { uniqueEffects } from '../../../src/history/checkers/unique-effects.ts'
import type { Json } from '../../../src/history/operation.ts'
import { fail, history, info } from '../hand-written.ts'
import type { Call } from '../hand-written.ts'

function judge(calls: readonly Call[]): CheckResult {
  return uniqueEffects.check(history(...calls), uniqueEffects.options.parse({}))
}

const said = ({ anomalies }: CheckResult): string[] =>
  anomalies.map(({ kind, explanation }) => `${kind}: ${explanation}`)
const indexes = ({ anomalies }: CheckResult): (readonly number[])[] => anomalies.map(({ operations }) => operations)
const ask = (idempotencyKey: string, parameters: Json = 10): Json => ({ idempotencyKey, parameters })
const made = (idempotencyKey: string, effect: Json): Json => ({ idempotencyKey, effect })

test('a request that is repeated has the same effect', () => {
  const result = judge([
    [0, 1, 'request', ask('k1', { a: 1, b: 2 }), { effect: 'e1' }],
    [2, 3, 'request', ask('k1', { b: 2, a: 1 }), 'e1'],
    [2, 3, 'request', ask('k2'), { effect: 'e2' }],
    [4, 5, 'effects', null, [made('k1', 'e1'), made('k2', 'e2')]],
  ])
  expect(result).toEqual({
    checker: 'unique-effects',
    verdict: 'valid',
    counts: {
      ...{ 'duplicate-effect': 0, 'conflict-accepted': 0, 'conflict-replayed': 0 },
      ...{ 'lost-effect': 0, 'shared-effect': 0, 'unexpected-effect': 0 },
      ...{ requests: 3, acknowledged: 3, refused: 0, keys: 2, retriedKeys: 1, readBack: 2 },
    },
    anomalies: [],
  })
})

test('two effects of one key are a duplicate, told by the answers', () => {
  const result = judge([
    [0, 4, 'request', ask('k1'), 'e1'],
    [1, 3, 'request', ask('k1'), 'e2'],
  ])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { 'duplicate-effect': 1 } })
  expect(said(result)).toEqual([
    'duplicate-effect: idempotency key "k1" has effect "e2", acknowledged at 0.003 s, and effect "e1", acknowledged at 0.004 s',
  ])
  expect(indexes(result)).toEqual([[0, 1, 0]])
})

test('two effects of one key are a duplicate, told by what is read back', () => {
  const answered = judge([
    [0, 1, 'request', ask('k1'), 'e1'],
    [2, 3, 'request', ask('k1'), 'e1'],
    [4, 5, 'effects', null, [made('k1', 'e1'), made('k1', 'e2')]],
  ])
  expect(said(answered)).toEqual([
    'duplicate-effect: idempotency key "k1" has effect "e1", acknowledged at 0.001 s, and effect "e2", read back at 0.005 s',
  ])
  expect(indexes(answered)).toEqual([[0, 0, 2]])
  const unheard = judge([
    [0, 1, 'request', ask('k1'), null, info],
    [2, 3, 'request', ask('k1'), null, info],
    [4, 5, 'effects', null, [made('k1', 'e1')]],
    [6, 7, 'effects', null, [made('k1', 'e1'), made('k1', 'e2')]],
  ])
  expect(said(unheard)).toEqual([
    'duplicate-effect: idempotency key "k1" has effect "e1", read back at 0.005 s, and effect "e2", read back at 0.007 s',
  ])
  expect(indexes(unheard)).toEqual([[0, 2, 3]])
})

test('the key with other parameters has to be refused', () => {
  const first: Call = [0, 1, 'request', ask('k1', 10), 'e1']
  expect(judge([first, [2, 3, 'request', ask('k1', 20), null, fail]])).toMatchObject({
    verdict: 'valid',
    counts: { refused: 1, retriedKeys: 1 },
  })
  const accepted = judge([
    first,
    [2, 3, 'request', ask('k1', 20), 'e2'],
    [4, 5, 'effects', null, [made('k1', 'e1'), made('k1', 'e2')]],
  ])
  expect(said(accepted)).toEqual([
    'conflict-accepted: idempotency key "k1" had effect "e1" at 0.001 s, and at 0.003 s it was accepted with effect "e2" for other parameters',
  ])
  expect(indexes(accepted)).toEqual([[0, 1]])
  const replayed = judge([first, [2, 3, 'request', ask('k1', 20), 'e1']])
  expect(said(replayed)).toEqual([
    'conflict-replayed: idempotency key "k1" had effect "e1" at 0.001 s, and at 0.003 s it was answered with the same effect for other parameters',
  ])
  // Without parameters is other than with some, and the same as without.
  const none = { idempotencyKey: 'k1' }
  expect(judge([first, [2, 3, 'request', none, 'e1']]).counts['conflict-replayed']).toBe(1)
  expect(
    judge([
      [0, 1, 'request', none, 'e1'],
      [2, 3, 'request', none, 'e1'],
    ]).verdict,
  ).toBe('valid')
})

test('a request with the same key may be refused while the first is under way', () => {
  expect(
    judge([
      [0, 3, 'request', ask('k1'), 'e1'],
      [1, 2, 'request', ask('k1'), null, fail],
    ]).verdict,
  ).toBe('valid')
})

test('an effect that was acknowledged and is not read back is lost', () => {
  const twice: Call[] = [
    [0, 1, 'request', ask('k1'), 'e1'],
    [2, 3, 'request', ask('k1'), 'e1'],
  ]
  const gone = judge([...twice, [4, 5, 'effects', null, [made('k1', 'e1')]], [6, 7, 'effects', null, []]])
  expect(said(gone)).toEqual([
    'lost-effect: idempotency key "k1" was acknowledged with effect "e1" at 0.001 s, and the effects read at 0.006 s do not hold it',
  ])
  expect(indexes(gone)).toEqual([[0, 3]])
  expect(judge([...twice, [4, 5, 'effects', null, []], [6, 7, 'effects', null, [made('k1', 'e1')]]]).verdict).toBe(
    'valid',
  )
  expect(judge([...twice, [1, 5, 'effects', null, []]]).verdict).toBe('valid')
  expect(judge([...twice, [1.001, 5, 'effects', null, []]]).verdict).toBe('invalid')
  for (const more of [info, fail]) expect(judge([...twice, [4, 5, 'effects', null, null, more]]).verdict).toBe('valid')
})

test('one effect for two keys is one too few', () => {
  const result = judge([
    [0, 1, 'request', ask('k1'), 'e1'],
    [2, 3, 'request', ask('k1'), 'e1'],
    [4, 5, 'request', ask('k2'), 'e1'],
    [6, 7, 'request', ask('k2'), 'e1'],
  ])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { 'shared-effect': 1 } })
  expect(said(result)).toEqual([
    'shared-effect: effect "e1" stands for idempotency key "k1" at 0.001 s and for idempotency key "k2" at 0.005 s',
  ])
  expect(indexes(result)).toEqual([[0, 2]])
  const readBack = judge([
    [0, 1, 'request', ask('k1'), 'e1'],
    [0, 1, 'request', ask('k2'), null, info],
    [6, 7, 'effects', null, [made('k1', 'e1'), made('k2', 'e1')]],
  ])
  expect(indexes(readBack)).toEqual([[0, 2]])
})

test('an effect of what nobody requested, or was refused, or comes later, is unexpected', () => {
  const result = judge([
    [0, 1, 'request', ask('k1'), 'e1'],
    [0, 1, 'request', ask('no'), null, fail],
    [2, 3, 'effects', null, [made('k1', 'e1'), made('ghost', 'e2'), made('no', 'e3'), made('soon', 'e4')]],
    [4, 5, 'request', ask('soon'), 'e4'],
    [6, 7, 'effects', null, [made('k1', 'e1'), made('soon', 'e4'), made('ghost', 'e2'), made('no', 'e3')]],
  ])
  expect(result).toMatchObject({ counts: { 'unexpected-effect': 3, keys: 3, readBack: 8 } })
  expect(said(result)).toEqual([
    'unexpected-effect: idempotency key "no" has effect "e3" in the read at 0.003 s: its request at 0.001 s was refused',
    'unexpected-effect: idempotency key "ghost" has effect "e2" in the read at 0.003 s: nobody requested it',
    'unexpected-effect: idempotency key "soon" has effect "e4" in the read at 0.003 s: its request began at 0.004 s',
  ])
  expect(indexes(result)).toEqual([[2, 1], [2], [2, 3]])
  const concurrent: Call[] = [
    [0, 1, 'request', ask('k1'), 'e1'],
    [0, 1, 'request', ask('k1'), 'e1'],
    [2, 4, 'effects', null, [made('k1', 'e1'), made('soon', 'e4')]],
    [4, 5, 'request', ask('soon'), 'e4'],
  ]
  expect(judge(concurrent).verdict).toBe('valid')
})

test('the keys of two scopes have nothing to do with each other', () => {
  const result = judge([
    [0, 1, 'request', ask('k1'), 'e1', { key: 'tenant a' }],
    [2, 3, 'request', ask('k1'), 'e1', { key: 'tenant a' }],
    [4, 5, 'request', ask('k1', 20), 'e1', { key: 'tenant b' }],
    [6, 7, 'effects', null, [], { key: 'tenant c' }],
  ])
  expect(result).toMatchObject({ verdict: 'valid', counts: { keys: 2, retriedKeys: 1 } })
})

test('nothing repeated, or nothing acknowledged, is no verdict', () => {
  expect(judge([])).toMatchObject({ verdict: 'unknown', why: 'no request was acknowledged' })
  expect(
    judge([
      [0, 1, 'request', ask('k1'), null, info],
      [2, 3, 'request', ask('k1'), null, fail],
    ]),
  ).toMatchObject({
    verdict: 'unknown',
    why: 'no request was acknowledged',
  })
  expect(
    judge([
      [0, 1, 'request', ask('k1'), 'e1'],
      [2, 3, 'request', ask('k2'), 'e2'],
    ]),
  ).toMatchObject({
    verdict: 'unknown',
    why: 'no idempotency key was used twice: let clients repeat their requests',
  })
})

test('a history of something else is refused', () => {
  expect(() => judge([[0, 1, 'pay', 1]])).toThrow(
    'reading the history for unique-effects: operation 0 (pay) is none of request, effects',
  )
  expect(() => judge([[0, 1, 'request', 'k1', 'e1']])).toThrow(
    'operation 0 (request) has "k1", which names no idempotencyKey',
  )
  expect(() => judge([[0, 1, 'request', ask('k1')]])).toThrow(
    'operation 0 (request) was acknowledged without an effect',
  )
  expect(() => judge([[0, 1, 'effects', null, { k1: 'e1' }]])).toThrow('found {k1: "e1"}, which is no list')
  expect(() => judge([[0, 1, 'effects', null, ['e1']]])).toThrow('has "e1", which names no idempotencyKey')
  expect(() => judge([[0, 1, 'effects', null, [{ idempotencyKey: 'k1' }]]])).toThrow(
    'found {idempotencyKey: "k1"}, which names no effect',
  )
  expect(() => uniqueEffects.options.parse({ strict: 1 })).toThrow('strict')
})
