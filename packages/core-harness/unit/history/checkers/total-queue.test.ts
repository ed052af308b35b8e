import { expect, test } from '@jest/globals'

import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import { totalQueue } from '../../../src/history/checkers/total-queue.ts'
import { fail, history, info } from '../hand-written.ts'
import type { Call } from '../hand-written.ts'

function judge(calls: readonly Call[], options: object = {}): CheckResult {
  return totalQueue.check(history(...calls), totalQueue.options.parse(options))
}

const said = ({ anomalies }: CheckResult): string[] =>
  anomalies.map(({ kind, explanation }) => `${kind}: ${explanation}`)
const indexes = ({ anomalies }: CheckResult): (readonly number[])[] => anomalies.map(({ operations }) => operations)

test('what went in came out, in whatever order', () => {
  const result = judge([
    [0, 1, 'enqueue', 'x'],
    [0, 1, 'enqueue', 'y'],
    [0, 1, 'enqueue', 'z'],
    [2, 3, 'dequeue', null, 'z'],
    [4, 5, 'drain', null, ['y', 'x']],
  ])
  expect(result).toEqual({
    checker: 'total-queue',
    verdict: 'valid',
    counts: {
      ...{ lost: 0, unexpected: 0, duplicate: 0 },
      ...{ enqueues: 3, acknowledged: 3, dequeued: 3, recovered: 0, missing: 0, surplus: 0 },
    },
    anomalies: [],
  })
})

const twoIn: Call[] = [
  [0, 1, 'enqueue', 'x'],
  [0, 2, 'enqueue', 'y'],
]

test('what was acknowledged and never came out is lost, once the queue was found empty', () => {
  const lost = judge([...twoIn, [3, 4, 'dequeue', null, 'x'], [5, 6, 'drain', null, []]])
  expect(lost).toMatchObject({ verdict: 'invalid', counts: { lost: 1, missing: 1 } })
  expect(said(lost)).toEqual(['lost: "y", acknowledged at 0.002 s, never came out: the queue was empty at 0.006 s'])
  expect(indexes(lost)).toEqual([[1, 3]])
  expect(lost.counterexample?.map(({ index }) => index)).toEqual([1, 3])
  const ways: Call[] = [
    [3, 4, 'dequeue', null, null],
    [3, 4, 'dequeue', null, null, { ...fail, error: 'empty' }],
    [3, 4, 'dequeue', null, null, { ...fail, error: 'exhausted' }],
    [3, 4, 'drain', null, []],
  ]
  for (const empty of ways) expect(judge([...twoIn, empty])).toMatchObject({ verdict: 'invalid', counts: { lost: 2 } })
})

test('nothing is lost for certain before the queue was found empty after the last acknowledgement', () => {
  const why =
    '2 acknowledged did not come out, and no answer after the last acknowledgement found the queue empty: end with a drain'
  const ways: Call[] = [
    [2, 4, 'drain', null, []],
    [2, 4, 'dequeue', null, null],
    [3, 4, 'dequeue', null, null, { ...fail, error: 'connection refused' }],
    [3, 4, 'drain', null, null, { ...fail, error: 'timeout' }],
    [3, 4, 'dequeue', null, null, fail],
  ]
  for (const end of ways) expect(judge([...twoIn, end])).toMatchObject({ verdict: 'unknown', why, counts: { lost: 0 } })
})

test('all that was acknowledged came out: without a drain, too, nothing is lost', () => {
  expect(judge([...twoIn, [3, 4, 'dequeue', null, 'x'], [3, 4, 'dequeue', null, 'y']]).verdict).toBe('valid')
})

test('what a dequeue whose end is unknown may have taken is not lost', () => {
  const drained: Call[] = [...twoIn, [5, 6, 'drain', null, []]]
  const unheard: Call = [3, 4, 'dequeue', null, null, info]
  expect(judge([...drained, unheard, unheard])).toMatchObject({
    verdict: 'unknown',
    why: '2 acknowledged did not come out, but dequeues whose end is unknown may have taken as many',
    counts: { lost: 0, missing: 2 },
  })
  const oneTooMany = judge([...drained, unheard])
  expect(oneTooMany).toMatchObject({ verdict: 'invalid', counts: { lost: 2, missing: 2 } })
  expect(oneTooMany).not.toHaveProperty('counterexample')
  expect(judge([...drained, [3, 4, 'drain', null, null, info]]).verdict).toBe('unknown')
})

test('an enqueue that failed or is unknown need not come out; the unknown one is recovered when it does', () => {
  const calls: Call[] = [
    ...twoIn,
    [0, 1, 'enqueue', 'no', null, fail],
    [0, 1, 'enqueue', 'maybe', null, info],
    [0, 1, 'enqueue', 'perhaps', null, info],
    [3, 4, 'drain', null, ['x', 'y', 'maybe']],
  ]
  expect(judge(calls)).toMatchObject({
    verdict: 'valid',
    counts: { enqueues: 4, acknowledged: 2, dequeued: 3, recovered: 1, lost: 0 },
  })
})

test('what nobody enqueued, or whose enqueue failed, or comes later, is unexpected', () => {
  const result = judge([
    ...twoIn,
    [0, 1, 'enqueue', 'no', null, fail],
    [3, 4, 'dequeue', null, 'ghost'],
    [4, 5, 'dequeue', null, 'no'],
    [5, 6, 'dequeue', null, 'soon'],
    [7, 8, 'enqueue', 'soon'],
    [9, 10, 'drain', null, ['x', 'y', 'ghost']],
  ])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { unexpected: 4, lost: 0, duplicate: 0, surplus: 0 } })
  expect(said(result)).toEqual([
    'unexpected: "ghost" came out at 0.004 s: nobody enqueued it',
    'unexpected: "no" came out at 0.005 s: its enqueue at 0.000 s failed',
    'unexpected: "soon" came out at 0.006 s: its enqueue began at 0.007 s',
    'unexpected: "ghost" came out at 0.010 s: nobody enqueued it',
  ])
  expect(indexes(result)).toEqual([[3], [4, 2], [5, 6], [7]])
  const concurrent: Call[] = [
    [1, 3, 'dequeue', null, 'x'],
    [3, 4, 'enqueue', 'x'],
  ]
  expect(judge(concurrent).verdict).toBe('valid')
})

const threeTimes: Call[] = [
  ...twoIn,
  [3, 4, 'dequeue', null, 'x'],
  [3, 9, 'dequeue', null, 'x'],
  [5, 6, 'dequeue', null, 'x'],
  [7, 8, 'drain', null, ['y', 'y']],
]

test('what comes out more often than it went in is a duplicate, which the contract may allow up to a number', () => {
  const result = judge(threeTimes)
  expect(result).toMatchObject({ verdict: 'invalid', counts: { duplicate: 3, surplus: 3, dequeued: 5, lost: 0 } })
  expect(said(result)).toEqual([
    'duplicate: "x" was enqueued once and came out 3 times, from 0.004 s to 0.009 s',
    'duplicate: "y" was enqueued once and came out 2 times, from 0.008 s to 0.008 s',
  ])
  expect(indexes(result)).toEqual([
    [0, 2, 3, 4],
    [1, 5, 5],
  ])
  expect(result.counterexample?.map(({ index }) => index)).toEqual([0, 2, 3, 4])
  const tooMany = judge(threeTimes, { duplicates: 2 })
  expect(tooMany).toMatchObject({ verdict: 'invalid', counts: { duplicate: 3 } })
  expect(tooMany).not.toHaveProperty('counterexample')
  for (const duplicates of [3, '3', 'any'])
    expect(judge(threeTimes, { duplicates })).toMatchObject({
      verdict: 'valid',
      counts: { duplicate: 3 },
      anomalies: [],
    })
})

test('a counter-example is found beside duplicates that are allowed', () => {
  const calls: Call[] = [...threeTimes.slice(0, -1), [7, 8, 'drain', null, []]]
  expect(judge(calls, { duplicates: 'any' }).counterexample?.map(({ index }) => index)).toEqual([1, 5])
})

test('the same may be enqueued again: each attempt may come out once, and each acknowledgement has to', () => {
  const twice: Call[] = [
    [0, 1, 'enqueue', 'x', null, info],
    [2, 3, 'enqueue', 'x'],
    [4, 5, 'drain', null, ['x', 'x']],
  ]
  expect(judge(twice)).toMatchObject({ verdict: 'valid', counts: { duplicate: 0, recovered: 1 } })
  expect(judge([...twice.slice(0, 2), [4, 5, 'drain', null, ['x']]])).toMatchObject({
    verdict: 'valid',
    counts: { recovered: 0 },
  })
  const thrice = judge([...twice, [6, 7, 'dequeue', null, 'x']])
  expect(said(thrice)).toEqual(['duplicate: "x" was enqueued 2 times and came out 3 times, from 0.005 s to 0.007 s'])
  const lost = judge([
    [0, 1, 'enqueue', 'x'],
    [0, 1, 'enqueue', 'x'],
    [0, 1, 'enqueue', 'x'],
    [2, 3, 'dequeue', null, 'x'],
    [4, 5, 'drain', null, []],
  ])
  expect(lost).toMatchObject({ counts: { lost: 2, missing: 2 } })
  expect(said(lost)).toEqual(['lost: "x", acknowledged 3 times, came out once: the queue was empty at 0.005 s'])
  expect(indexes(lost)).toEqual([[0, 1, 2, 3, 4]])
})

test('each key is a queue of its own', () => {
  const result = judge([
    [0, 1, 'enqueue', 'x', null, { key: 'a' }],
    [2, 3, 'drain', null, ['x'], { key: 'b' }],
    [4, 5, 'drain', null, [], { key: 'a' }],
  ])
  expect(result.counts).toMatchObject({ lost: 1, unexpected: 1 })
})

test('nothing acknowledged is no verdict', () => {
  const why = 'no enqueue was acknowledged'
  expect(judge([])).toMatchObject({ verdict: 'unknown', why })
  expect(
    judge([
      [0, 1, 'enqueue', 'x', null, info],
      [2, 3, 'drain', null, ['x']],
    ]),
  ).toMatchObject({ verdict: 'unknown', why })
})

test('a history of something else is refused', () => {
  expect(() => judge([[0, 1, 'push', 1]])).toThrow(
    'reading the history for total-queue: operation 0 (push) is none of enqueue, dequeue, drain',
  )
  expect(() => judge([[0, 1, 'enqueue', null]])).toThrow(
    'operation 0 (enqueue) enqueues null, which stands for an empty queue',
  )
  expect(() => judge([[0, 1, 'drain', null, 'x']])).toThrow('operation 0 (drain) found "x", which is no list')
  for (const duplicates of [-1, 'some', '', NaN]) expect(() => totalQueue.options.parse({ duplicates })).toThrow()
  expect(() => totalQueue.options.parse({ most: 1 })).toThrow('most')
})
