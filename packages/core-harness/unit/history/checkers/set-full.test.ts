import { expect, test } from '@jest/globals'

import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import { setFull } from '../../../src/history/checkers/set-full.ts'
import { fail, history, info } from '../hand-written.ts'
import type { Call } from '../hand-written.ts'

function judge(calls: readonly Call[], options: object = {}): CheckResult {
  return setFull.check(history(...calls), setFull.options.parse(options))
}

const said = ({ anomalies }: CheckResult): string[] =>
  anomalies.map(({ kind, explanation }) => `${kind}: ${explanation}`)

test('elements that all later reads hold are stable, and seen at once', () => {
  const result = judge([
    [0, 1, 'add', 'x'],
    [2, 3, 'add', 7],
    [4, 5, 'read', null, [7, 'x']],
  ])
  expect(result).toEqual({
    checker: 'set-full',
    verdict: 'valid',
    counts: {
      ...{ lost: 0, stale: 0, unexpected: 0, duplicate: 0 },
      ...{ adds: 2, acknowledged: 2, reads: 1, elements: 2, stable: 2, neverRead: 0 },
      ...{ visibilityP50Ms: 0, visibilityP99Ms: 0, visibilityMaxMs: 0 },
    },
    anomalies: [],
  })
})

test('an acknowledged element that no later read holds is lost', () => {
  const result = judge([
    [0, 1, 'add', 'x'],
    [0, 1, 'add', 'y'],
    [4, 5, 'read', null, ['x']],
    [6, 7, 'read', null, ['x']],
  ])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { lost: 1, stable: 1, neverRead: 0 } })
  expect(said(result)).toEqual([
    'lost: "y" was acknowledged at 0.001 s and is missing at 0.006 s: no read ever held it',
  ])
  expect(result.anomalies[0]?.operations).toEqual([1, 1, 3])
  expect(result.counterexample?.map(({ index }) => index)).toEqual([1, 3])
})

test('an element that was read and then is missing is lost, though its add never ended', () => {
  const result = judge([
    [0, Infinity, 'add', 'x', null, info],
    [2, 3, 'read', null, ['x']],
    [4, 5, 'read', null, []],
  ])
  expect(said(result)).toEqual([
    'lost: "x" was read at 0.003 s and is missing at 0.004 s: no read after 0.003 s held it',
  ])
  expect(result.anomalies[0]?.operations).toEqual([0, 1, 1, 2])
})

test('an element is not lost while a read that held it may be the later one', () => {
  const calls: Call[] = [
    [0, 1, 'add', 'x'],
    [2, 6, 'read', null, ['x']],
    [3, 4, 'read', null, []],
  ]
  expect(judge(calls)).toMatchObject({ verdict: 'valid', counts: { lost: 0, stale: 1, stable: 1 } })
  expect(judge([...calls, [2, 3, 'read', null, ['x']]]).counts).toMatchObject({ lost: 0, stale: 1 })
  expect(judge([[1, 3, 'read', null, ['x']], ...calls]).counts).toMatchObject({ lost: 0, stale: 1 })
  expect(judge([...calls, [6, 7, 'read', null, []]])).toMatchObject({ verdict: 'valid', counts: { lost: 0, stale: 1 } })
  expect(judge([...calls, [6.001, 7, 'read', null, []]])).toMatchObject({
    verdict: 'invalid',
    counts: { lost: 1, stale: 0 },
  })
})

const lateBy2Ms: Call[] = [
  [0, 1, 'add', 'x'],
  [0, 1, 'add', 'y'],
  [2, 3, 'read', null, ['y']],
  [3, 4, 'read', null, ['y']],
  [5, 6, 'read', null, ['x', 'y']],
]

test('an element that is missed and then held is stale: invalid where the set is linearizable, or beyond the bound', () => {
  expect(judge(lateBy2Ms)).toMatchObject({
    verdict: 'valid',
    counts: { stale: 1, stable: 2, lost: 0, visibilityP50Ms: 0, visibilityP99Ms: 2, visibilityMaxMs: 2 },
    anomalies: [],
  })
  expect(judge(lateBy2Ms, { staleBoundMs: 2 })).toMatchObject({
    verdict: 'valid',
    counts: { stale: 0, visibilityMaxMs: 2 },
  })
  const bounded = judge(lateBy2Ms, { staleBoundMs: '1.999' })
  expect(bounded).toMatchObject({ verdict: 'invalid', counts: { stale: 1 } })
  expect(said(bounded)).toEqual([
    'stale: "x" was missed by the read at 0.003 s after it was acknowledged at 0.001 s; a read that ended at 0.006 s held it',
  ])
  expect(bounded.anomalies[0]?.operations).toEqual([0, 0, 3, 4])
  for (const linearizable of [true, 'true'])
    expect(judge(lateBy2Ms, { linearizable })).toMatchObject({ verdict: 'invalid', counts: { stale: 1 } })
  expect(judge(lateBy2Ms, { linearizable: true, staleBoundMs: 10 }).verdict).toBe('invalid')
})

test('the worst stale element is told besides the first', () => {
  const adds = Array.from({ length: 12 }, (_, element): Call => [0, element === 9 ? 1 : 2, 'add', element])
  const all = adds.map(([, , , element]) => element as number)
  const result = judge([...adds, [3, 4, 'read', null, []], [5, 6, 'read', null, all]], { linearizable: true })
  expect(result.counts).toMatchObject({ stale: 12, visibilityMaxMs: 2, visibilityP50Ms: 1, visibilityP99Ms: 2 })
  expect(result.anomalies.map(({ operations }) => operations[0])).toEqual([0, 9, 1, 2, 3, 4])
})

test('a read that began with the acknowledgement, or before it, may miss the element', () => {
  const calls: Call[] = [
    [0, 2, 'add', 'x'],
    [1, 5, 'read', null, []],
    [2, 3, 'read', null, []],
    [4, 5, 'read', null, ['x']],
  ]
  expect(judge(calls, { linearizable: true })).toMatchObject({ verdict: 'valid', counts: { stable: 1, stale: 0 } })
})

test('within the bound an element may be missing from the last read: nobody knows whether it is lost', () => {
  const calls: Call[] = [
    [0, 1, 'add', 'x'],
    [0, 1, 'add', 'y'],
    [3, 4, 'read', null, ['y']],
  ]
  expect(judge(calls, { staleBoundMs: 2 })).toMatchObject({ verdict: 'valid', counts: { lost: 0, neverRead: 1 } })
  expect(judge(calls, { staleBoundMs: 1 })).toMatchObject({ verdict: 'invalid', counts: { lost: 1 } })
  expect(judge(calls, { linearizable: true })).toMatchObject({ verdict: 'invalid', counts: { lost: 1 } })
})

test('what was added after the last read was never read, and what nobody saw of an unknown add is nothing', () => {
  const result = judge([
    [0, 1, 'add', 'x'],
    [0, 9, 'add', 'maybe', null, info],
    [2, 3, 'read', null, ['x']],
    [4, 5, 'add', 'y'],
  ])
  expect(result).toMatchObject({
    verdict: 'valid',
    counts: { adds: 3, acknowledged: 2, elements: 3, stable: 1, neverRead: 1 },
  })
})

test('an element that nobody added, whose add failed, or comes later, is unexpected', () => {
  const result = judge([
    [0, 1, 'add', 'x'],
    [0, 1, 'add', 'no', null, fail],
    [2, 3, 'read', null, ['x', 'ghost']],
    [3, 4, 'read', null, ['x', 'no']],
    [4, 5, 'read', null, ['x', 'soon']],
    [6, 7, 'add', 'soon'],
  ])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { unexpected: 3, elements: 2 } })
  expect(said(result)).toEqual([
    'unexpected: the read that ended at 0.003 s holds "ghost", which nobody added',
    'unexpected: the read that ended at 0.004 s holds "no", which was not added: its add at 0.000 s failed',
    'unexpected: the read that ended at 0.005 s holds "soon", which was not added before 0.006 s',
  ])
  expect(result.anomalies.map(({ operations }) => operations)).toEqual([[2], [3, 1], [4, 5]])
  expect(
    judge([
      [0, 3, 'read', null, ['x']],
      [3, 4, 'add', 'x'],
    ]).verdict,
  ).toBe('valid')
})

test('an element that stands twice in one read is a duplicate; objects are the same whatever the order of fields', () => {
  const result = judge([
    [0, 1, 'add', { a: 1, b: [2] }],
    [
      2,
      3,
      'read',
      null,
      [
        { a: 1, b: [2] },
        { b: [2], a: 1 },
      ],
    ],
  ])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { duplicate: 1, stable: 1, unexpected: 0 } })
  expect(said(result)).toEqual(['duplicate: the read at 0.002 s holds {a: 1, b: [2]} more than once'])
  expect(result.anomalies[0]?.operations).toEqual([1, 0])
})

test('the same may be added again: it counts from the first attempt, and is known from the first that was acknowledged', () => {
  const result = judge(
    [
      [0, 9, 'add', 'x', null, info],
      [2, 6, 'add', 'x'],
      [3, 4, 'add', 'x'],
      [0, 1, 'read', null, ['x']],
      [5, 7, 'read', null, []],
    ],
    { linearizable: true },
  )
  expect(said(result)).toEqual([
    'lost: "x" was read at 0.001 s and is missing at 0.005 s: no read after 0.001 s held it',
  ])
  expect(result.counts).toMatchObject({ adds: 3, acknowledged: 2, elements: 1 })
  const again: Call[] = [
    [2, 6, 'add', 'x'],
    [3, 4, 'add', 'x'],
    [5, 7, 'read', null, []],
  ]
  expect(said(judge(again))).toEqual([
    'lost: "x" was acknowledged at 0.004 s and is missing at 0.005 s: no read ever held it',
  ])
})

test('each key is a set of its own', () => {
  const result = judge([
    [0, 1, 'add', 'x', null, { key: 'a' }],
    [0, 1, 'add', 'x', null, { key: 'b' }],
    [2, 3, 'read', null, ['x'], { key: 'a' }],
    [2, 3, 'read', null, [], { key: 'b' }],
  ])
  expect(result).toMatchObject({ verdict: 'invalid', counts: { lost: 1, stable: 1 } })
})

test('nothing read is no verdict', () => {
  const why = 'no read held an added element: end with a read that begins after all adds'
  expect(judge([[0, 1, 'add', 'x']])).toMatchObject({ verdict: 'unknown', why })
  expect(judge([])).toMatchObject({ verdict: 'unknown', why })
  expect(judge([[0, 1, 'read', null, []]]).verdict).toBe('unknown')
  const unheard: Call[] = [
    [0, 1, 'add', 'x'],
    [2, 3, 'read', null, null, info],
    [4, 5, 'read', null, null, fail],
  ]
  expect(judge(unheard)).toMatchObject({ verdict: 'unknown', counts: { reads: 0 } })
  expect(judge(unheard)).not.toHaveProperty('counts.visibilityMaxMs')
})

test('a history of something else is refused', () => {
  expect(() => judge([[0, 1, 'write', 1]])).toThrow(
    'reading the history for set-full: operation 0 (write) is none of add, read',
  )
  expect(() => judge([[0, 1, 'read', null, 'x']])).toThrow('operation 0 (read) found "x", which is no list')
  expect(() => setFull.options.parse({ bound: 1 })).toThrow('bound')
})
