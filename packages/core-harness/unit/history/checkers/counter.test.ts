import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import { counter } from '../../../src/history/checkers/counter.ts'
import type { Operation, Outcome } from '../../../src/history/operation.ts'

const NS_PER_MS = 1e6

/** An addition, or a read, from one millisecond to another. */
function add(amount: number, [from, to]: [number, number], outcome: Outcome = 'ok'): Operation {
  const base = { index: from, process: 0, f: 'add', input: amount, output: null, outcome }
  return { ...base, invokedNs: from * NS_PER_MS, completedNs: to * NS_PER_MS }
}

function read(value: number, [from, to]: [number, number]): Operation {
  return { ...add(0, [from, to]), f: 'read', input: null, output: value }
}

function judge(operations: readonly Operation[], given: object = {}): CheckResult {
  return counter.check(operations, counter.options.parse(given))
}

test('a read holds what was acknowledged, and what is under way or not', () => {
  const adds = [add(1, [0, 1]), add(2, [2, 9])]
  for (const value of [1, 3]) expect(judge([...adds, read(value, [4, 5])]).verdict).toBe('valid')
  expect(judge([...adds, read(0, [4, 5])])).toMatchObject({
    verdict: 'invalid',
    counts: { 'too-low': 1, 'too-high': 0, reads: 1, adds: 2, widestBounds: 2 },
    anomalies: [
      {
        kind: 'too-low',
        explanation: 'read 0 at 0.005 s, but what was acknowledged before it began at 0.004 s leaves at least 1',
        operations: [4],
      },
    ],
  })
  expect(judge([...adds, read(4, [4, 5])]).anomalies).toEqual([
    {
      kind: 'too-high',
      explanation: 'read 4 at 0.005 s, but what was attempted until then makes at most 3',
      operations: [4],
    },
  ])
})

test('an addition of a negative amount lowers the other bound', () => {
  const adds = [add(5, [0, 1]), add(-2, [2, 9])]
  for (const value of [3, 5]) expect(judge([...adds, read(value, [4, 5])]).verdict).toBe('valid')
  for (const value of [2, 6]) expect(judge([...adds, read(value, [4, 5])]).verdict).toBe('invalid')
  expect(judge([...adds, read(4, [10, 11])]).anomalies[0]?.kind).toBe('too-high')
  expect(judge([...adds, read(2, [10, 11])]).anomalies[0]?.kind).toBe('too-low')
})

test('what failed did not happen; what ended nobody knows how may happen at any time', () => {
  expect(judge([add(1, [0, 1], 'fail'), read(1, [2, 3])]).verdict).toBe('invalid')
  const unknown = add(1, [0, 1], 'info')
  expect(judge([unknown, read(0, [2, 3]), read(1, [4, 5])]).verdict).toBe('valid')
  expect(judge([unknown, read(2, [4, 5])]).verdict).toBe('invalid')
})

test('what happens in the same nanosecond is in no order', () => {
  expect(judge([add(1, [0, 5]), read(0, [5, 6])]).verdict).toBe('valid')
  expect(judge([read(1, [0, 5]), add(1, [5, 6])]).verdict).toBe('valid')
  expect(judge([add(1, [0, 4]), read(0, [5, 6])]).verdict).toBe('invalid')
  expect(judge([read(1, [0, 5]), add(1, [6, 7])]).verdict).toBe('invalid')
})

test('the counter may begin with something', () => {
  expect(judge([read(7, [0, 1])], { initial: '7' }).verdict).toBe('valid')
  expect(judge([read(7, [0, 1])]).verdict).toBe('invalid')
})

test('the first and the worst are told', () => {
  const reads = [1, 9, 3].map((value, place) => read(value, [2 * place, 2 * place + 1]))
  const { anomalies, counts } = judge(reads)
  expect(anomalies.map(({ operations }) => operations)).toEqual([[0], [2], [4]])
  expect(counts['too-high']).toBe(3)
})

test('no read is no verdict, and a history of something else is refused', () => {
  expect(judge([add(1, [0, 1])])).toMatchObject({ verdict: 'unknown', why: expect.stringMatching(/^no read/) })
  expect(judge([{ ...read(1, [0, 1]), output: null, outcome: 'info' }]).verdict).toBe('unknown')
  expect(() => judge([{ ...add(1, [3, 4]), f: 'increment' }])).toThrow('operation 3 (increment) is none of add, read')
  expect(() => judge([{ ...add(1, [3, 4]), input: 0.5 }])).toThrow('is no whole number: 0.5')
  expect(() => judge([{ ...read(1, [3, 4]), output: '1' }])).toThrow('is no whole number: "1"')
})

const step = fc.record({
  kind: fc.constantFrom('add', 'read'),
  amount: fc.integer({ min: -5, max: 5 }),
  before: fc.nat(3),
  after: fc.nat(3),
  outcome: fc.constantFrom<Outcome>('ok', 'ok', 'ok', 'info', 'fail'),
})

/** A counter whose operations take effect one after another, each between its begin and its end; a bug adds to its reads. */
function history(
  steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[],
  bug = 0,
): Operation[] {
  let held = 0
  const operations = steps.map(({ kind, amount, before, after, outcome }, place): Operation => {
    const [from, to] = [10 * place - 10 * before, 10 * place + 10 * after + 1]
    if (kind === 'read') return read(held + bug, [from, to])
    if (outcome !== 'fail') held += amount
    return add(amount, [from, to], outcome)
  })
  return operations.sort((a, b) => a.invokedNs - b.invokedNs)
}

test('a counter that is right is never called wrong', () => {
  fc.assert(fc.property(fc.array(step), (steps) => expect(judge(history(steps)).verdict).not.toBe('invalid')))
})

test('a counter that is off by more than was ever under way is always found', () => {
  const withRead = fc.array(step).filter((steps) => steps.some(({ kind }) => kind === 'read'))
  fc.assert(
    fc.property(withRead, (steps) => expect(judge(history(steps, 1_000)).counts['too-high']).toBeGreaterThan(0)),
  )
  fc.assert(
    fc.property(withRead, (steps) => expect(judge(history(steps, -1_000)).counts['too-low']).toBeGreaterThan(0)),
  )
})
