import { expect, test } from '@jest/globals'

import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import { perKeyOrder } from '../../../src/history/checkers/per-key-order.ts'
import type { Json } from '../../../src/history/operation.ts'
import { fail, history, info } from '../hand-written.ts'
import type { Call } from '../hand-written.ts'

function judge(calls: readonly Call[], options: object = {}): CheckResult {
  return perKeyOrder.check(history(...calls), perKeyOrder.options.parse(options))
}

const said = ({ anomalies }: CheckResult): string[] =>
  anomalies.map(({ kind, explanation }) => `${kind}: ${explanation}`)
const indexes = ({ anomalies }: CheckResult): (readonly number[])[] => anomalies.map(({ operations }) => operations)
const message = (key: string, value: Json): Json => ({ key, value })

/** 1, 2 and 3 are produced one after the other. */
const produced: Call[] = [
  [0, 1, 'produce', 1],
  [2, 3, 'produce', 2],
  [4, 5, 'produce', 3],
]

test('what comes out in the order of production is valid', () => {
  const result = judge([...produced, [6, 7, 'consume', null, 1], [8, 9, 'consume', null, [2, 3]], [9, 9, 'consume']])
  expect(result).toEqual({
    checker: 'per-key-order',
    verdict: 'valid',
    counts: {
      ...{ gap: 0, inversion: 0, redelivery: 0, unexpected: 0 },
      ...{ keys: 1, produced: 3, acknowledged: 3, consumed: 3, ordered: 2, doubtfulGaps: 0 },
    },
    anomalies: [],
  })
})

test('a message that comes out after a later one is an inversion', () => {
  const calls: Call[] = [
    ...produced,
    [6, 7, 'consume', null, 2],
    [8, 9, 'consume', null, 1],
    [10, 11, 'consume', null, 3],
  ]
  const result = judge(calls)
  expect(result).toMatchObject({ verdict: 'invalid', counts: { inversion: 1, gap: 0, redelivery: 0 } })
  expect(said(result)).toEqual([
    'inversion: 1 came out at 0.009 s after 2 at 0.007 s, but 1 was acknowledged at 0.001 s, before the produce of 2 began at 0.002 s',
  ])
  expect(indexes(result)).toEqual([[0, 1, 3, 4]])
  expect(judge(calls, { allowInversions: true })).toMatchObject({ verdict: 'valid', counts: { inversion: 1 } })
})

test('each message that comes too late counts once, against the last produced of those before it', () => {
  const backwards: Call[] = [
    ...produced,
    [6, 7, 'consume', null, 3],
    [8, 9, 'consume', null, 2],
    [10, 11, 'consume', null, 1],
  ]
  const result = judge(backwards)
  expect(result.counts).toMatchObject({ inversion: 2 })
  expect(indexes(result)).toEqual([
    [1, 2, 3, 4],
    [0, 2, 3, 5],
  ])
})

test('in one list the order is that of the list', () => {
  const result = judge([...produced, [6, 7, 'consume', null, [2, 3, 1]]])
  expect(said(result)).toEqual([
    'inversion: 1 came out at 0.007 s behind 3, but 1 was acknowledged at 0.001 s, before the produce of 3 began at 0.004 s',
  ])
  expect(indexes(result)).toEqual([[0, 2, 3, 3]])
  expect(judge([...produced, [6, 7, 'consume', null, [1, 2, 3]]]).verdict).toBe('valid')
})

test('of two consumes at the same time nobody knows which came first', () => {
  expect(judge([...produced, [6, 8, 'consume', null, 2], [8, 9, 'consume', null, 1]]).counts).toMatchObject({
    inversion: 0,
  })
  expect(judge([...produced, [6, 8, 'consume', null, 2], [8.001, 9, 'consume', null, 1]]).counts).toMatchObject({
    inversion: 1,
  })
  expect(judge([...produced, [6, 8, 'consume', null, [2, 3]], [7, 9, 'consume', null, 1]]).counts).toMatchObject({
    inversion: 0,
  })
})

test('of two produces at the same time nobody knows which came first', () => {
  const out: Call[] = [
    [6, 7, 'consume', null, 2],
    [8, 9, 'consume', null, 1],
  ]
  expect(judge([[0, 2, 'produce', 1], [2, 3, 'produce', 2], ...out]).counts).toMatchObject({ inversion: 0, ordered: 0 })
  expect(judge([[0, 1, 'produce', 1, null, info], [2, 3, 'produce', 2], ...out]).counts).toMatchObject({ inversion: 0 })
  expect(judge([[0, 1.999, 'produce', 1], [2, 3, 'produce', 2, null, info], ...out]).counts).toMatchObject({
    inversion: 1,
  })
})

test('numbers tell the order of production, even where produces overlap', () => {
  const calls: Call[] = [
    [0, 9, 'produce', 1],
    [0, 9, 'produce', 2, null, info],
    [6, 7, 'consume', null, 2],
    [8, 9, 'consume', null, 1],
  ]
  expect(judge(calls)).toMatchObject({ verdict: 'unknown' })
  const result = judge(calls, { numbered: 'true' })
  expect(said(result)).toEqual(['inversion: 1 came out at 0.009 s after 2 at 0.007 s, but 1 is the lower number'])
  expect(judge([...calls.slice(0, 2), [6, 7, 'consume', null, [1, 2]]], { numbered: true })).toMatchObject({
    verdict: 'valid',
    counts: { ordered: 1 },
  })
  expect(() => judge([[0, 1, 'produce', 'x']], { numbered: true })).toThrow(
    'operation 0 (produce) has "x", which is no whole number',
  )
})

test('only the first delivery has a place in the order: one that comes again is a redelivery', () => {
  const calls: Call[] = [
    ...produced,
    [6, 7, 'consume', null, 1],
    [8, 9, 'consume', null, 2],
    [10, 11, 'consume', null, 1],
    [12, 13, 'consume', null, [1, 2, 3]],
  ]
  const result = judge(calls)
  expect(result).toMatchObject({ verdict: 'invalid', counts: { redelivery: 3, inversion: 0, consumed: 6 } })
  expect(said(result)).toEqual([
    'redelivery: 1 was produced once and came out 3 times, from 0.007 s to 0.013 s',
    'redelivery: 2 was produced once and came out 2 times, from 0.009 s to 0.013 s',
  ])
  expect(indexes(result)).toEqual([
    [0, 3, 5, 6],
    [1, 4, 6],
  ])
  expect(judge(calls, { allowRedeliveries: 'yes' })).toMatchObject({ verdict: 'valid', counts: { redelivery: 3 } })
})

test('a redelivery that began before the later message had come out leaves the order open', () => {
  const calls: Call[] = [...produced, [6, 7, 'consume', null, [2, 1]], [6.5, 9, 'consume', null, 1]]
  expect(judge(calls).counts).toMatchObject({ inversion: 0, redelivery: 1 })
  const twiceInOne: Call[] = [...produced, [6, 7, 'consume', null, [1, 2, 1]]]
  expect(judge(twiceInOne).counts).toMatchObject({ inversion: 0, redelivery: 1 })
})

test('what was produced again may come out again', () => {
  const again: Call[] = [
    [0, 1, 'produce', 1, null, info],
    [2, 3, 'produce', 1],
    [4, 5, 'produce', 2],
    [6, 7, 'consume', null, [1, 1, 2]],
  ]
  expect(judge(again)).toMatchObject({ verdict: 'valid', counts: { produced: 3, acknowledged: 2, redelivery: 0 } })
  const thrice = judge([...again, [8, 9, 'consume', null, 1]])
  expect(said(thrice)).toEqual(['redelivery: 1 was produced 2 times and came out 3 times, from 0.007 s to 0.009 s'])
  // From the first attempt to the first acknowledgement.
  const between: Call[] = [[1.5, 1.8, 'produce', 0], ...again.slice(0, 3), [6, 7, 'consume', null, [1, 2]]]
  expect(judge([...between, [8, 9, 'consume', null, 0]]).counts).toMatchObject({ inversion: 1 })
  expect(judge([...between.slice(0, 4), [6, 7, 'consume', null, 1], [8, 9, 'consume', null, 0]]).counts).toMatchObject({
    inversion: 0,
  })
})

test('an acknowledged message that never comes out, though a later one did, is a gap', () => {
  const calls: Call[] = [...produced, [6, 7, 'consume', null, 1], [8, 9, 'consume', null, 3]]
  const result = judge(calls)
  expect(result).toMatchObject({ verdict: 'invalid', counts: { gap: 1, inversion: 0 } })
  expect(said(result)).toEqual([
    'gap: 2 never came out, and 3 did at 0.009 s, but 2 was acknowledged at 0.003 s, before the produce of 3 began at 0.004 s',
  ])
  expect(indexes(result)).toEqual([[1, 2, 4]])
  expect(judge(calls, { allowGaps: true })).toMatchObject({ verdict: 'valid', counts: { gap: 1 } })
  expect(judge(calls, { numbered: true }).counts).toMatchObject({ gap: 1 })
})

test('what is missing at the end, or was never acknowledged, is no gap', () => {
  expect(judge([...produced, [6, 7, 'consume', null, [1, 2]]])).toMatchObject({ verdict: 'valid', counts: { gap: 0 } })
  const unsure: Call[] = [
    [0, 1, 'produce', 1],
    [2, 3, 'produce', 2, null, info],
    [2, 3, 'produce', 'no', null, fail],
    [4, 5, 'produce', 3],
    [6, 7, 'consume', null, [1, 3]],
  ]
  expect(judge(unsure)).toMatchObject({ verdict: 'valid', counts: { gap: 0, doubtfulGaps: 0, produced: 3 } })
  expect(
    judge([
      [0, 3, 'produce', 1],
      [3, 4, 'produce', 2],
      [6, 7, 'consume', null, 2],
    ]).counts,
  ).toMatchObject({ gap: 0 })
})

test('a gap is in doubt where a consume whose end is unknown may have found the message in time', () => {
  const passedOver: Call[] = [
    ...produced,
    [6, 7, 'consume', null, 1],
    [8, 9, 'consume', null, 3],
    [8.5, 10, 'consume', null, 3],
  ]
  const allowed = { allowRedeliveries: true }
  const inTime = judge([...passedOver, [9, 10, 'consume', null, null, info]], allowed)
  expect(inTime).toMatchObject({
    verdict: 'unknown',
    why: '1 acknowledged messages were passed over, but consumes whose end is unknown may have found them',
    counts: { gap: 0, doubtfulGaps: 1 },
  })
  expect(judge([...passedOver, [9.001, 10, 'consume', null, null, info]], allowed).counts).toMatchObject({ gap: 1 })
  expect(judge([...passedOver, [9, 10, 'consume', null, null, info]], { ...allowed, allowGaps: true }).verdict).toBe(
    'valid',
  )
  expect(judge([...passedOver, [9, 10, 'consume', null, null, fail]], allowed).counts).toMatchObject({ gap: 1 })
})

test('a consume of one key cannot have found what has another', () => {
  const calls: Call[] = [
    [0, 1, 'produce', message('a', 1)],
    [2, 3, 'produce', message('a', 2)],
    [4, 5, 'consume', null, message('a', 2)],
  ]
  const unheard = (key: string): Call => [3, 5, 'consume', null, null, { ...info, key }]
  expect(judge([...calls, unheard('b')]).counts).toMatchObject({ gap: 1, doubtfulGaps: 0 })
  expect(judge([...calls, unheard('a')]).counts).toMatchObject({ gap: 0, doubtfulGaps: 1 })
  expect(judge([...calls, [3, 5, 'consume', null, null, info]]).counts).toMatchObject({ gap: 0, doubtfulGaps: 1 })
})

test('keys have no order among them, and stand at the operation or in the message', () => {
  const result = judge([
    [0, 1, 'produce', 'x', null, { key: 'a' }],
    [2, 3, 'produce', message('b', 'x')],
    [4, 5, 'produce', 'y', null, { key: 'b' }],
    [6, 7, 'consume', null, ['y'], { key: 'b' }],
    [8, 9, 'consume', null, [message('a', 'x'), message('b', 'x')]],
  ])
  expect(result.counts).toMatchObject({ keys: 2, inversion: 1 })
  expect(said(result)).toEqual([
    'inversion: "x" of key "b" came out at 0.009 s after "y" at 0.007 s, but "x" was acknowledged at 0.003 s, before the produce of "y" began at 0.004 s',
  ])
})

test('what nobody produced, or whose produce failed, or comes later, is unexpected', () => {
  const result = judge([
    ...produced,
    [0, 1, 'produce', 'no', null, fail],
    [6, 7, 'consume', null, [1, 'ghost', 'no']],
    [7, 8, 'consume', null, [2, 'soon']],
    [9, 10, 'produce', 'soon'],
    [8, 9, 'consume', null, 3],
  ])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { unexpected: 3, inversion: 0, redelivery: 0 } })
  expect(said(result)).toEqual([
    'unexpected: "no" came out at 0.007 s: its produce at 0.000 s failed',
    'unexpected: "ghost" came out at 0.007 s: nobody produced it',
    'unexpected: "soon" came out at 0.008 s: its produce began at 0.009 s',
  ])
  expect(indexes(result)).toEqual([[4, 1], [4], [5, 7]])
  expect(
    judge([
      [0, 2, 'consume', null, 1],
      [2, 3, 'produce', 1],
    ]).counts,
  ).toMatchObject({ unexpected: 0 })
})

test('nothing in order is no verdict', () => {
  const why = 'no message came out that was certainly produced after another of its key'
  expect(judge([])).toMatchObject({ verdict: 'unknown', why })
  expect(judge(produced)).toMatchObject({ verdict: 'unknown', why })
  expect(judge([...produced, [6, 7, 'consume', null, 1]])).toMatchObject({
    verdict: 'unknown',
    why,
    counts: { ordered: 0 },
  })
})

test('a history of something else is refused', () => {
  expect(() => judge([[0, 1, 'send', 1]])).toThrow(
    'reading the history for per-key-order: operation 0 (send) is none of produce, consume',
  )
  expect(() => judge([[0, 1, 'produce', null]])).toThrow('operation 0 (produce) has null in the place of a message')
  expect(() => judge([[0, 1, 'consume', null, [null]]])).toThrow(
    'operation 0 (consume) has null in the place of a message',
  )
  expect(() => perKeyOrder.options.parse({ allowGap: 1 })).toThrow('allowGap')
})
