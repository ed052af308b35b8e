import { expect, test } from '@jest/globals'

import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import { convergence } from '../../../src/history/checkers/convergence.ts'
import type { Json } from '../../../src/history/operation.ts'
import { fail, history, info } from '../hand-written.ts'
import type { Call } from '../hand-written.ts'

function judge(calls: readonly Call[], options: object = {}): CheckResult {
  return convergence.check(history(...calls), convergence.options.parse(options))
}

const said = ({ anomalies }: CheckResult): string[] =>
  anomalies.map(({ kind, explanation }) => `${kind}: ${explanation}`)
const indexes = ({ anomalies }: CheckResult): (readonly number[])[] => anomalies.map(({ operations }) => operations)
const snapshot = (fromMs: number, store: string, held: Json): Call => [fromMs, fromMs + 1, 'snapshot', store, held]

const written: Call[] = [
  [0, 1, 'write', 1],
  [1, 3, 'add', 2],
  [1, 2, 'write', 3],
]

test('stores that hold the same after the last write have converged', () => {
  const result = judge([
    ...written,
    snapshot(2, 'a', [1]),
    snapshot(2, 'b', []),
    snapshot(4, 'a', [1, 2, 2]),
    [6, 7, 'snapshot', { store: 'b' }, [2, 1, 2]],
  ])
  expect(result).toEqual({
    checker: 'convergence',
    verdict: 'valid',
    counts: { diverged: 0, late: 0, writes: 3, stores: 2, snapshots: 2, missing: 0, extra: 0, convergedMs: 4 },
    anomalies: [],
  })
})

test('stores that differ in the end have diverged, and the difference is told', () => {
  const result = judge([
    ...written,
    snapshot(4, 'a', [1, 2, 2, 3]),
    snapshot(5, 'b', [2, 3, 4]),
    snapshot(6, 'c', [3, 2, 2, 1]),
  ])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { diverged: 1, missing: 2, extra: 1, stores: 3 } })
  expect(said(result)).toEqual([
    'diverged: store "b" at 0.005 s lacks 2: 1, 2 and has too much 1: 4 against store "a" at 0.004 s; the last write ended at 0.003 s',
  ])
  expect(indexes(result)).toEqual([[1, 3, 4]])
  expect(result.counterexample?.map(({ index }) => index)).toEqual([1, 3, 4])
})

test('how often a value is there counts', () => {
  const result = judge([...written, snapshot(4, 'a', [1, 1, 2]), snapshot(5, 'b', [1, 2, 2])])
  expect(said(result)[0]).toMatch(/lacks 1: 1 and has too much 1: 2 against/)
})

test('no more than twenty values are told', () => {
  const many = Array.from({ length: 21 }, (_, value) => value)
  const text = many.slice(1).join(', ')
  const told = (held: Json): string | undefined =>
    said(judge([...written, snapshot(4, 'a', held), snapshot(5, 'b', [0])]))[0]
  expect(told(many)).toContain(`lacks 20: ${text} and`)
  expect(told([...many, 21])).toContain(`lacks 21: ${text}, … and has too much nothing against`)
})

test('objects are compared by their fields, and with lists of pairs', () => {
  const calls = (other: Json): Call[] => [...written, snapshot(4, 'a', { x: 1, y: [2] }), snapshot(5, 'b', other)]
  expect(judge(calls({ y: [2], x: 1 })).verdict).toBe('valid')
  expect(
    judge(
      calls([
        ['x', 1],
        ['y', [2]],
      ]),
    ).verdict,
  ).toBe('valid')
  expect(said(judge(calls({ x: 1, y: [3] })))[0]).toMatch(/lacks 1: \["y" \[2\]\] and has too much 1: \["y" \[3\]\]/)
})

test('before the deadline stores may differ', () => {
  const calls: Call[] = [...written, snapshot(4, 'a', [1, 2]), snapshot(5, 'b', [1]), snapshot(7, 'b', [1, 2])]
  expect(judge(calls)).toMatchObject({ verdict: 'invalid', counts: { late: 1, diverged: 0, convergedMs: 5 } })
  expect(judge(calls, { deadlineMs: '2' })).toMatchObject({ verdict: 'valid', counts: { late: 0, convergedMs: 5 } })
  expect(judge(calls, { deadlineMs: 1.999 })).toMatchObject({ verdict: 'invalid', counts: { late: 1 } })
  expect(judge(calls.slice(0, -1), { deadlineMs: 2 })).toMatchObject({
    verdict: 'unknown',
    why: 'stores differ in their last snapshots, but the deadline was not over: take snapshots after it',
    counts: { missing: 1 },
  })
  const oneInTime: Call[] = [...written, snapshot(4, 'a', [1, 2]), snapshot(6, 'b', [1])]
  expect(judge(oneInTime, { deadlineMs: 1 }).verdict).toBe('unknown')
  expect(judge(oneInTime, { deadlineMs: 0.5 }).verdict).toBe('invalid')
})

test('a store that still differs after the deadline is late, though it converges', () => {
  const result = judge([
    ...written,
    snapshot(4, 'a', [1, 2]),
    snapshot(5, 'b', [1]),
    snapshot(6, 'b', [1, 2]),
    snapshot(7, 'b', [2]),
    snapshot(8, 'b', [1, 2]),
    snapshot(9, 'a', [1, 2]),
  ])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { late: 2, missing: 0, convergedMs: 6 } })
  expect(said(result)).toEqual([
    'late: store "b" at 0.005 s lacks 1: 2 and has too much nothing against store "b" at 0.008 s; the last write ended at 0.003 s',
    'late: store "b" at 0.007 s lacks 1: 1 and has too much nothing against store "b" at 0.008 s; the last write ended at 0.003 s',
  ])
  expect(indexes(result)).toEqual([
    [1, 7, 4, 8],
    [1, 7, 6, 8],
  ])
  const first = judge([...written, snapshot(4, 'a', [1]), snapshot(5, 'b', [1, 2]), snapshot(7, 'a', [1, 2])])
  expect(indexes(first)).toEqual([[1, 5, 3, 4]])
})

test('it is quiet from when the last that may write has ended', () => {
  const same: Call[] = [snapshot(10, 'a', [1]), snapshot(10, 'b', [1])]
  const differing: Call[] = [snapshot(4, 'a', [1]), snapshot(4, 'b', [2])]
  const verdict = (...more: Call[]): string => judge([...written, ...differing, ...more, ...same]).verdict
  expect(verdict()).toBe('invalid')
  expect(verdict([1, 4, 'write', 9])).toBe('valid')
  expect(verdict([1, 4, 'write', 9, null, info])).toBe('valid')
  expect(verdict([4, Infinity, 'write', 9, null, info])).toBe('valid')
  expect(verdict([1, 4, 'quiesce'])).toBe('valid')
  expect(verdict([1, 4, 'quiesce', null, null, info])).toBe('invalid')
  expect(verdict([1, 4, 'write', 9, null, fail])).toBe('invalid')
  expect(verdict([1, 4, 'read', 'a', 9])).toBe('invalid')
  expect(judge([...written, [1, 4, 'quiesce'], ...same]).counts).toMatchObject({ writes: 3 })
})

test('each key has stores of its own', () => {
  const at = (store: string, held: Json, key: string): Call => [4, 5, 'snapshot', store, held, { key }]
  const result = judge([...written, at('a', [1], 'x'), at('b', [1], 'x'), at('a', [2], 'y'), at('b', [3], 'y')])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { diverged: 1, stores: 4, snapshots: 4 } })
})

test('nothing to compare is no verdict', () => {
  const why = (...calls: Call[]): string | undefined => {
    const { verdict, why: reason } = judge(calls)
    expect(verdict).toBe('unknown')
    return reason
  }
  const same: Call[] = [snapshot(10, 'a', [1]), snapshot(10, 'b', [1])]
  expect(why()).toBe('nothing was written, and no quiesce was acknowledged')
  expect(why(...same, [4, 5, 'quiesce', null, null, info])).toBe('nothing was written, and no quiesce was acknowledged')
  expect(judge([[4, 5, 'quiesce'], ...same]).verdict).toBe('valid')
  expect(why(...written)).toBe('there is no snapshot')
  expect(why(...written, snapshot(4, 'a', [1]))).toBe('there are snapshots of one store alone')
  const unseen = 'no snapshot of store "b" began after the last write'
  expect(why(...written, snapshot(4, 'a', [1]), snapshot(3, 'b', [1]))).toBe(unseen)
  expect(why(...written, snapshot(4, 'a', [1]), [4, 5, 'snapshot', 'b', null, info])).toBe(unseen)
  expect(why(...written, snapshot(4, 'a', []), snapshot(4, 'b', {}))).toBe(
    'all stores are empty at the end: nothing could be compared',
  )
})

test('a history of something else is refused', () => {
  expect(() => judge([...written, [4, 5, 'snapshot', null, []]])).toThrow(
    'reading the history for convergence: operation 3 (snapshot) names no store',
  )
  for (const held of [7, null])
    expect(() => judge([...written, snapshot(4, 'a', held)])).toThrow(
      `operation 3 (snapshot) found ${held}, which is neither a list nor an object`,
    )
  expect(() => convergence.options.parse({ deadline: 1 })).toThrow('deadline')
})
