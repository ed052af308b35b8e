import { expect, test } from '@jest/globals'

import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import { monotonic } from '../../../src/history/checkers/monotonic.ts'
import type { Json } from '../../../src/history/operation.ts'
import { fail, history, info } from '../hand-written.ts'
import type { Call } from '../hand-written.ts'

function judge(calls: readonly Call[], options: object = {}): CheckResult {
  return monotonic.check(history(...calls), monotonic.options.parse(options))
}

const said = ({ anomalies }: CheckResult): string[] =>
  anomalies.map(({ kind, explanation }) => `${kind}: ${explanation}`)
const indexes = ({ anomalies }: CheckResult): (readonly number[])[] => anomalies.map(({ operations }) => operations)
const version = (number: number, value: Json): Json => ({ version: number, value })
const by = (process: number): { process: number } => ({ process })

test('reads of the newest version are valid, and of one whose write may have happened', () => {
  const result = judge([
    [0, 1, 'read'],
    [1, 2, 'write', 7],
    [3, 4, 'read', null, 7],
    [5, 9, 'write', 8],
    [5, 9, 'write', 9, null, info],
    [6, 7, 'read', null, 7],
    [6, 7, 'read', null, 8],
    [6, 7, 'read', null, 9],
  ])
  expect(result).toEqual({
    checker: 'monotonic',
    verdict: 'valid',
    counts: {
      ...{ stale: 0, backward: 0, unexpected: 0 },
      ...{ keys: 1, writes: 3, acknowledged: 2, reads: 5, misses: 0, compared: 4, worstStaleMs: 0 },
    },
    anomalies: [],
  })
})

const outdated: Call[] = [
  [0, 1, 'write', 7],
  [2, 3, 'write', 8],
  [4, 5, 'write', 9],
  [6, 7, 'read', null, 7],
]

test('a read is stale when a newer version was acknowledged before it began', () => {
  const result = judge(outdated)
  expect(result).toMatchObject({ verdict: 'invalid', counts: { stale: 1, backward: 0, worstStaleMs: 3 } })
  expect(said(result)).toEqual(['stale: read 7 at 0.006 s after 8 was acknowledged at 0.003 s'])
  expect(indexes(result)).toEqual([[0, 1, 3]])
  expect(
    judge([
      [0, 1, 'write', 7],
      [2, 3, 'write', 9],
      [3, 4, 'read', null, 7],
    ]).verdict,
  ).toBe('valid')
  expect(
    judge([
      [0, 1, 'write', 7],
      [2, 2.999, 'write', 9],
      [3, 4, 'read', null, 7],
    ]).verdict,
  ).toBe('invalid')
})

test('within the bound a read may be stale', () => {
  expect(judge(outdated, { boundMs: 3 }).verdict).toBe('valid')
  expect(judge(outdated, { boundMs: '2.999' })).toMatchObject({ counts: { stale: 1, worstStaleMs: 3 } })
})

test('the worst stale read is told besides the first', () => {
  const reads = Array.from({ length: 9 }, (_, index): Call => [10 + index, 30, 'read', null, index === 6 ? 7 : 8])
  const result = judge([...outdated.slice(0, 3), ...reads])
  expect(result.counts).toMatchObject({ stale: 9, worstStaleMs: 13 })
  expect(indexes(result).map((all) => all.at(-1))).toEqual([3, 9, 4, 5, 6, 7])
  expect(said(result)[1]).toBe('stale: read 7 at 0.016 s after 8 was acknowledged at 0.003 s')
})

test('a version that was acknowledged after a higher one does not count', () => {
  const calls: Call[] = [
    [0, 1, 'write', 9],
    [0, 2, 'write', 8],
    [3, 4, 'read', null, 9],
    [3, 4, 'read', null, 8],
  ]
  expect(said(judge(calls))).toEqual(['stale: read 8 at 0.003 s after 9 was acknowledged at 0.001 s'])
})

test('a session goes backward when it reads an older version than before, though nothing newer was acknowledged', () => {
  const calls: Call[] = [
    [0, 1, 'write', 7, null, by(0)],
    [2, Infinity, 'write', 9, null, info],
    [3, 4, 'read', null, 9, by(1)],
    [5, 6, 'read', null, 7, by(1)],
    [5, 6, 'read', null, 7, by(2)],
    [7, 8, 'read', null, 9, by(2)],
  ]
  const result = judge(calls)
  expect(result).toMatchObject({ verdict: 'invalid', counts: { backward: 1, stale: 0, compared: 4 } })
  expect(said(result)).toEqual(['backward: process 1 read 7 at 0.005 s after it had read 9 at 0.004 s'])
  expect(indexes(result)).toEqual([[0, 1, 2, 3]])
  const again = judge([...calls, [9, 10, 'read', null, 9, by(1)], [11, 12, 'read', null, 7, by(1)]])
  expect(again.counts).toMatchObject({ backward: 2 })
})

test('the worst step backward is that over most versions', () => {
  const calls: Call[] = [
    ...[1, 2, 3].map((number): Call => [0, 1, 'write', number, null, info]),
    [2, 3, 'read', null, 3, by(9)],
    ...[2, 2, 2, 2, 2, 2, 1, 2].map((number, index): Call => [
      4 + 2 * index,
      5 + 2 * index,
      'read',
      null,
      number,
      by(9),
    ]),
    [30, 31, 'read', null, null, by(9)],
  ]
  const result = judge(calls)
  expect(result.counts).toMatchObject({ backward: 9 })
  expect(indexes(result)[1]?.at(-1)).toBe(12)
  expect(said(result)[1]).toBe('backward: process 9 read nothing at 0.030 s after it had read 3 at 0.003 s')
})

test('a read can be stale and a step backward', () => {
  const calls: Call[] = [
    [0, 1, 'write', 7],
    [2, 3, 'write', 9],
    [4, 5, 'read', null, 9, by(5)],
    [6, 7, 'read', null, 7, by(5)],
  ]
  expect(judge(calls).counts).toMatchObject({ stale: 1, backward: 1 })
  // What the bound lets a read miss, its session may still have seen.
  expect(judge(calls, { boundMs: 10 }).counts).toMatchObject({ stale: 0, backward: 1 })
})

test('a step back from what only another session has read is none', () => {
  const calls: Call[] = [
    [0, 1, 'write', 7],
    [2, 9, 'write', 9],
    [3, 4, 'read', null, 9, by(5)],
    [5, 6, 'read', null, 7, by(6)],
  ]
  expect(judge(calls).verdict).toBe('valid')
})

test('a value is a version of its own: absent, deleted, written again', () => {
  const calls: Call[] = [
    [0, 1, 'write', version(1, 'red'), null, { key: 'x' }],
    [2, 3, 'delete', 2, null, { key: 'x' }],
    [4, 5, 'write', version(3, 'blue'), null, { key: 'x' }],
    [6, 7, 'write', version(4, 'red'), null, { key: 'x' }],
  ]
  const read = (at: number, value: Json, process = 9): Call => [
    at,
    at + 0.5,
    'read',
    null,
    value,
    { key: 'x', process },
  ]
  expect(judge([...calls, read(1.5, 'red'), read(3.5, null), read(5.5, 'blue'), read(7.5, 'red')]).verdict).toBe(
    'valid',
  )
  expect(said(judge([...calls, read(3.5, 'red')]))).toEqual([
    'stale: read "red" (version 1) at 0.004 s after nothing (version 2) was acknowledged at 0.003 s',
  ])
  expect(said(judge([...calls, read(5.5, null)]))).toEqual([
    'stale: read nothing (version 2) at 0.005500 s after "blue" (version 3) was acknowledged at 0.005000 s',
  ])
  expect(said(judge([...calls, read(1.4, null)]))).toEqual([
    'stale: read nothing at 0.001400 s after "red" (version 1) was acknowledged at 0.001000 s',
  ])
  // The value that was written again may have been either, as long as that explains what follows.
  const slow: Call[] = calls.map(([from, , ...rest]) => [from, 20, ...rest])
  expect(judge([...slow, read(8, 'red'), read(9, 'blue'), read(10, 'red')])).toMatchObject({ verdict: 'valid' })
  expect(judge([...slow, read(8, 'red'), read(9, 'blue'), read(10, 'red'), read(11, 'blue')])).toMatchObject({
    counts: { backward: 1 },
  })
  expect(judge([...slow, read(4.6, 'blue'), read(5.2, 'red')])).toMatchObject({ counts: { backward: 1 } })
})

test('an absent value may be written as null, or with its version', () => {
  const calls: Call[] = [
    [0, 1, 'write', version(1, 'red')],
    [2, 3, 'write', version(2, null)],
    [4, 5, 'delete', { version: 3 }],
  ]
  expect(judge([...calls, [6, 7, 'read']]).verdict).toBe('valid')
  expect(judge([...calls, [6, 7, 'read', null, { version: 3 }]]).verdict).toBe('valid')
  expect(said(judge([...calls, [6, 7, 'read', null, { version: 2 }]]))).toEqual([
    'stale: read nothing (version 2) at 0.006 s after nothing (version 3) was acknowledged at 0.005 s',
  ])
})

test('a read may tell the version instead of the value, or both', () => {
  const calls: Call[] = [
    [0, 1, 'write', version(1, 100)],
    [2, 3, 'write', version(2, 1)],
  ]
  const read = (value: Json): CheckResult => judge([...calls, [4, 5, 'read', null, value]])
  for (const current of [1, 2, { version: 2 }, version(2, 1)]) expect(read(current).verdict).toBe('valid')
  for (const old of [100, { version: 1 }, version(1, 100)]) expect(read(old).counts).toMatchObject({ stale: 1 })
  expect(said(read(version(2, 100)))).toEqual([
    'unexpected: read {version: 2, value: 100} at 0.005 s, which nobody wrote',
  ])
  expect(read({ version: 3 }).counts).toMatchObject({ unexpected: 1 })
})

test('a value that looks like a version is a value where it was written', () => {
  const row = { version: 7, name: 'x' }
  expect(
    judge([
      [0, 1, 'write', version(1, row)],
      [2, 3, 'read', null, row],
    ]).verdict,
  ).toBe('valid')
})

test('what nobody wrote, or whose write failed, or comes later, is unexpected', () => {
  const result = judge([
    [0, 1, 'write', 7],
    [0, 1, 'write', 6, null, fail],
    [2, 3, 'read', null, 5],
    [3, 4, 'read', null, 6],
    [4, 5, 'read', null, 8],
    [6, 7, 'write', 8],
  ])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { unexpected: 3, writes: 3, acknowledged: 2 } })
  expect(said(result)).toEqual([
    'unexpected: read 5 at 0.003 s, which nobody wrote',
    'unexpected: read 6 at 0.004 s, whose write at 0.000 s failed',
    'unexpected: read 8 at 0.005 s, whose write began at 0.006 s',
  ])
  expect(indexes(result)).toEqual([[2], [1, 3], [5, 4]])
  expect(
    judge([
      [0, 2, 'read', null, 7],
      [2, 3, 'write', 7],
    ]).counts,
  ).toMatchObject({ unexpected: 0 })
})

test('a write that failed makes no read stale', () => {
  expect(
    judge([
      [0, 1, 'write', 7],
      [2, 3, 'write', 9, null, fail],
      [4, 5, 'read', null, 7],
    ]).verdict,
  ).toBe('valid')
})

test('a miss of a cache says nothing', () => {
  const calls: Call[] = [
    [0, 1, 'write', 7],
    [2, 3, 'read', null, 7, by(5)],
    [4, 5, 'read', null, null, by(5)],
    [6, 7, 'read', null, 7, by(5)],
  ]
  expect(judge(calls).counts).toMatchObject({ stale: 1, backward: 1, misses: 0 })
  expect(judge(calls, { misses: true })).toMatchObject({
    verdict: 'valid',
    counts: { misses: 1, reads: 3, compared: 2 },
  })
})

test('before the first write a read finds the initial value', () => {
  const calls: Call[] = [
    [0, 1, 'read', null, 0],
    [2, 3, 'write', 1],
    [4, 5, 'read', null, 0],
  ]
  expect(judge(calls).counts).toMatchObject({ unexpected: 2 })
  expect(said(judge(calls, { initial: 0 }))).toEqual(['stale: read 0 at 0.004 s after 1 was acknowledged at 0.003 s'])
  expect(
    judge(
      [
        [0, 1, 'read', null, 0, by(1)],
        [2, 3, 'read', null, 0, by(1)],
      ],
      { initial: 0 },
    ).verdict,
  ).toBe('valid')
})

test('each key has versions of its own', () => {
  const calls: Call[] = [
    [0, 1, 'write', 7, null, { key: 'a' }],
    [2, 3, 'write', 9, null, { key: 'b' }],
    [4, 5, 'read', null, 7, { key: 'a', process: 5 }],
    [6, 7, 'read', null, 9, { key: 'b', process: 5 }],
    [8, 9, 'read', null, 7, { key: 'a', process: 5 }],
  ]
  expect(judge(calls)).toMatchObject({ verdict: 'valid', counts: { keys: 2 } })
})

test('nothing compared is no verdict', () => {
  const why = 'no read began after an acknowledged write or another read of its session'
  expect(judge([])).toMatchObject({ verdict: 'unknown', why })
  expect(
    judge([
      [0, 9, 'write', 7],
      [2, 3, 'read', null, 7],
    ]),
  ).toMatchObject({ verdict: 'unknown', why })
  for (const outcome of [info, fail])
    expect(
      judge([
        [0, 1, 'write', 7],
        [2, 3, 'read', null, null, outcome],
      ]),
    ).toMatchObject({ verdict: 'unknown', why })
})

test('a history of something else is refused', () => {
  expect(() => judge([[0, 1, 'put', 1]])).toThrow(
    'reading the history for monotonic: operation 0 (put) is none of write, delete, read',
  )
  expect(() => judge([[0, 1, 'write', 'red']])).toThrow(
    'operation 0 (write) has "red", which has no number of a version',
  )
  expect(() => judge([[0, 1, 'write', 1.5]])).toThrow('has 1.5, which has no number of a version')
  expect(() => monotonic.options.parse({ bound: 1 })).toThrow('bound')
  expect(() => monotonic.options.parse({ boundMs: -1 })).toThrow('boundMs')
})
