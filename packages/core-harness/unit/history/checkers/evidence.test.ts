import { expect, test } from '@jest/globals'

import { Evidence, resultOf } from '../../../src/history/evidence.ts'
import type { Finding } from '../../../src/history/evidence.ts'
import { history } from '../hand-written.ts'

const operations = history(...Array.from({ length: 30 }, (_, at) => [at, at + 1, 'read'] as const))

function finding(at: number, more: Partial<Finding> = {}): Finding {
  return { operations: operations.slice(at, at + 1), explain: () => `at ${at}`, ...more }
}

test('of each kind the earliest is told first, then the worst, then the next ones up to five', () => {
  const evidence = new Evidence<'lost' | 'stale' | 'none'>({ lost: true, stale: true, none: true })
  for (const at of [9, 8, 5, 6, 7, 20, 4]) evidence.add('stale', finding(at, { badness: at === 20 ? 3 : 2 }))
  evidence.add('lost', finding(6))
  evidence.add('lost', finding(3, { times: 4 }))
  const { verdict, counts, anomalies, counterexample } = resultOf('some', evidence, { reads: 7 })
  expect(verdict).toBe('invalid')
  expect(counts).toEqual({ lost: 5, stale: 7, none: 0, reads: 7 })
  expect(anomalies.map(({ kind, explanation }) => `${kind} ${explanation}`)).toEqual([
    'lost at 3',
    'lost at 6',
    'stale at 4',
    'stale at 20',
    'stale at 5',
    'stale at 6',
    'stale at 7',
    'stale at 8',
  ])
  expect(counterexample).toEqual([operations[3]])
})

test('of those that are equally early, or equally bad, the one that was found first is told first', () => {
  const evidence = new Evidence<'stale'>({ stale: true })
  for (const name of ['first', 'second']) evidence.add('stale', finding(1, { badness: 1, explain: () => name }))
  expect(evidence.kept().map(({ explain }) => explain())).toEqual(['first', 'second'])
  const worst = new Evidence<'stale'>({ stale: true })
  for (const at of [1, 2, 3, 4, 5, 6, 7]) worst.add('stale', finding(at, { badness: at > 5 ? 2 : 1 }))
  expect(worst.kept().map(({ explain }) => explain())[1]).toBe('at 6')
})

test('what is allowed is counted and not told', () => {
  const evidence = new Evidence<'stale'>({ stale: false })
  evidence.add('stale', finding(1, { badness: 1 }))
  expect(resultOf('some', evidence, {})).toEqual({
    checker: 'some',
    verdict: 'valid',
    counts: { stale: 1 },
    anomalies: [],
  })
})

test('a reason to doubt makes it unknown, and matters no more once an anomaly was found', () => {
  const evidence = new Evidence<'lost'>({ lost: true })
  expect(resultOf('some', evidence, {}, { why: 'because' })).toMatchObject({ verdict: 'unknown', why: 'because' })
  expect(resultOf('some', evidence, {}, { why: undefined })).not.toHaveProperty('why')
  evidence.add('lost', finding(1))
  const found = resultOf('some', evidence, {}, { why: 'because' })
  expect(found.verdict).toBe('invalid')
  expect(found).not.toHaveProperty('why')
})

test('the counter-example has each operation once, in order, where it is one', () => {
  const evidence = new Evidence<'lost'>({ lost: true })
  evidence.add('lost', finding(2, { operations: [2, 0, 2].flatMap((at) => operations.slice(at, at + 1)) }))
  const { counterexample, anomalies } = resultOf('some', evidence, {})
  expect(counterexample).toEqual([operations[0], operations[2]])
  expect(anomalies[0]?.operations).toEqual([2, 0, 2])
  expect(resultOf('some', evidence, {}, { isWhole: false })).not.toHaveProperty('counterexample')
})
