import { expect, test } from '@jest/globals'

import { HistoryMistakeError } from '../../../src/history/checkers/checker.ts'
import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import { linearizable } from '../../../src/history/checkers/linearizable.ts'
import { written } from '../written.ts'
import type { Written } from '../written.ts'

/** Who is unknown, or failed. */
const [INFO, FAIL] = [{ outcome: 'info' }, { outcome: 'fail' }] as const

function check(model: string, lines: readonly Written[], more: object = {}): CheckResult {
  return linearizable.check(written(...lines), linearizable.options.parse({ model, ...more }))
}

const VALID: readonly (readonly [what: string, model: string, lines: readonly Written[]])[] = [
  ['a read of the initial value', 'register', [['read', null, null, 0, 1]]],
  [
    'a read during a write, of the value before and then of the one after',
    'register',
    [
      ['write', 1, null, 0, 9],
      ['read', null, null, 1, 2],
      ['read', null, 1, 3, 4],
    ],
  ],
  [
    'a write of unknown end that is seen late',
    'register',
    [
      ['write', 1, null, 0, 1],
      ['write', 2, null, 2, 3, INFO],
      ['read', null, 1, 4, 5],
      ['read', null, 2, 6, 7],
    ],
  ],
  [
    'a write of unknown end that is never seen',
    'register',
    [
      ['write', 2, null, 2, 3, INFO],
      ['read', null, null, 4, 5],
    ],
  ],
  [
    'a write that ends in the nanosecond in which a read of the value before begins',
    'register',
    [
      ['write', 1, null, 0, 5],
      ['read', null, null, 5, 6],
    ],
  ],
  [
    'equal objects whose fields stand in another order',
    'register',
    [
      ['write', { a: 1, b: [2, { c: 3, d: 4 }] }, null, 0, 1],
      ['read', null, { b: [2, { d: 4, c: 3 }], a: 1 }, 2, 3],
    ],
  ],
  [
    'a compare-and-set of unknown end between two that were ok',
    'cas-register',
    [
      ['write', 1, null, 0, 1],
      ['cas', [1, 2], null, 2, 3, INFO],
      ['cas', [2, 3], true, 4, 5],
      ['read', null, 3, 6, 7],
    ],
  ],
  [
    'a chain of writes of unknown end, each seen once',
    'cas-register',
    [
      ['write', 1, null, 0, 1, INFO],
      ['cas', [1, 2], null, 0, 1, INFO],
      ['read', null, 1, 2, 3],
      ['read', null, 2, 4, 5],
    ],
  ],
  [
    'a compare-and-set that found another value',
    'cas-register',
    [
      ['write', 1, null, 0, 1],
      ['cas', [2, 3], false, 2, 3],
      ['read', null, 1, 4, 5],
    ],
  ],
  [
    'a compare-and-set that failed, though the value was there',
    'cas-register',
    [
      ['write', 1, null, 0, 1],
      ['cas', [1, 3], null, 2, 3, FAIL],
      ['read', null, 1, 4, 5],
    ],
  ],
  [
    'what is put and deleted under one key, and what is under another',
    'map',
    [
      ['put', 1, null, 0, 1, { key: 'x' }],
      ['delete', null, true, 2, 3, { key: 'x' }],
      ['delete', null, false, 4, 5, { key: 'x' }],
      ['get', null, null, 6, 7, { key: 'x' }],
      ['get', null, null, 6, 7, { key: 'y' }],
    ],
  ],
  [
    'a lock that is handed on',
    'mutex',
    [
      ['acquire', null, null, 0, 1],
      ['acquire', null, null, 0, 5],
      ['release', null, null, 2, 3],
      ['acquire', null, null, 4, 5, FAIL],
      ['acquire', null, null, 4, 5, INFO],
    ],
  ],
  [
    'an acquire behind a release of unknown end',
    'mutex',
    [
      ['acquire', null, null, 0, 1, { process: 0 }],
      ['release', null, null, 2, 3, { process: 0, outcome: 'info' }],
      ['acquire', null, null, 4, 5],
    ],
  ],
  [
    'a queue that gives what came first, and is empty then',
    'fifo-queue',
    [
      ['enqueue', 'a', null, 0, 1],
      ['enqueue', 'b', null, 2, 3],
      ['dequeue', null, 'a', 4, 5],
      ['dequeue', null, 'b', 6, 7],
      ['dequeue', null, null, 8, 9],
    ],
  ],
  [
    'elements whose enqueues overlapped, in any order',
    'fifo-queue',
    [
      ['enqueue', 'a', null, 0, 5],
      ['enqueue', 'b', null, 1, 4],
      ['dequeue', null, 'b', 6, 7],
      ['dequeue', null, 'a', 8, 9],
    ],
  ],
  [
    'an element that a dequeue of unknown end took',
    'fifo-queue',
    [
      ['enqueue', 'a', null, 0, 1],
      ['enqueue', 'b', null, 2, 3],
      ['dequeue', null, null, 4, 5, INFO],
      ['dequeue', null, 'b', 6, 7],
    ],
  ],
]

test.each(VALID)('%s is valid', (_, model, lines) => {
  expect(check(model, lines)).toMatchObject({ verdict: 'valid', anomalies: [] })
})

test('the counterexample is of one key, ends where it fails, and is without what does not matter', () => {
  const noise = (key: string): Written[] =>
    [20, 30, 40, 50].flatMap((at): Written[] => [
      ['write', at, null, at, at + 4, { key }],
      ['write', -at, null, at + 1, at + 2, { key, outcome: 'info' }],
      ['read', null, at, at + 6, at + 8, { key }],
    ])
  const result = check('register', [
    ...noise('other'),
    ...noise('x'),
    ['write', 1, null, 0, 1, { key: 'x' }],
    ['write', 2, null, 60, 61, { key: 'x' }],
    ['read', null, 1, 62, 63, { key: 'x' }],
    ['read', null, 1, 64, 65, { key: 'x' }],
    ['write', 3, null, 66, 67, { key: 'x' }],
  ])
  expect(result.counterexample?.map(({ f, key, input, output }) => [f, key, input ?? output])).toEqual([
    ['write', 'x', 1],
    ['write', 'x', 2],
    ['read', 'x', 1],
  ])
})

test('of several keys the first to fail is shown first, and all are counted', () => {
  const wrong = (key: string, at: number): Written[] => [
    ['write', 1, null, at, at + 1, { key }],
    ['read', null, null, at + 2, at + 3, { key }],
  ]
  const { anomalies, counts, counterexample } = check(
    'register',
    Array.from({ length: 12 }, (_, key) => wrong(`k${key}`, 200 - 10 * key)).flat(),
  )
  expect(counts).toMatchObject({ keys: 12, invalidKeys: 12, 'stale-read': 12 })
  expect(anomalies).toHaveLength(10)
  expect(anomalies[0]?.explanation).toMatch(/^read k11 → null at 0\.093 s/)
  expect(counterexample?.map(({ key }) => key)).toEqual(['k11', 'k11'])
})

test('registers and maps may hold something at first', () => {
  expect(check('register', [['read', null, 5, 0, 1]], { initial: 5 }).verdict).toBe('valid')
  expect(check('register', [['read', null, null, 0, 1]], { initial: 5 }).verdict).toBe('invalid')
})

test('a history in which nothing was observed is not valid but unknown', () => {
  const result = check('cas-register', [
    ['write', 1, null, 0, 1],
    ['read', null, null, 0, 1, INFO],
  ])
  expect(result).toMatchObject({ verdict: 'unknown', why: 'nothing was observed: no read or cas was ok' })
  expect(check('fifo-queue', []).verdict).toBe('unknown')
})

/** Writes that all overlap, so that there are as many orders as there can be, before a read of what was overwritten. */
const HARD: readonly Written[] = [
  ...Array.from({ length: 26 }, (_, place): Written => ['write', place, null, 0, 100 + place]),
  ...Array.from({ length: 26 }, (_, place): Written => ['read', null, place, 200 + 2 * place, 201 + 2 * place]),
]

test('a search that takes too long ends in unknown, and keeps no other key from being judged', () => {
  const hard = HARD.map(([f, input, output, from, to]): Written => [f, input, output, from, to, { key: 'hard' }])
  const before = performance.now()
  const result = check('register', [...hard, ['read', null, null, 0, 1, { key: 'easy' }]], { timeLimitMs: 300 })
  expect(result).toMatchObject({ verdict: 'unknown', counts: { keys: 2, undecidedKeys: 1, invalidKeys: 0 } })
  expect(result.why).toMatch(/1 of 2 keys could not be decided within 300 ms/)
  expect(performance.now() - before).toBeLessThan(3_000)
  const wrong = check('register', [...hard, ['read', null, 5, 0, 1, { key: 'wrong' }]], { timeLimitMs: 300 })
  expect(wrong).toMatchObject({ verdict: 'invalid', counts: { undecidedKeys: 1, invalidKeys: 1 } })
})

test('many writes of unknown end cost little, seen or not', () => {
  const unknown = Array.from({ length: 500 }, (_, place): Written[] => [
    ['write', place, null, 10 * place, 10 * place + 1, INFO],
    ['write', `known ${place}`, null, 10 * place + 2, 10 * place + 3],
    ['read', null, place % 10 === 0 ? place : `known ${place}`, 10 * place + 4, 10 * place + 5],
  ]).flat()
  expect(check('register', unknown, { timeLimitMs: 5_000 }).verdict).toBe('valid')
  const late: Written = ['read', null, 'known 7', 9_000, 9_001]
  expect(check('register', [...unknown, late], { timeLimitMs: 5_000 }).verdict).toBe('invalid')
})

test.each<[string, Written, RegExp]>([
  ['register', ['cas', [1, 2], null, 0, 1], /operation 0 \(cas\) is no operation of a register/],
  ['register', ['toString', 1, null, 0, 1], /is no operation of a register/],
  ['cas-register', ['cas', 1, null, 0, 1], /operation 0 \(cas\) needs \[expected, wanted\], not 1/],
  ['cas-register', ['cas', [1, 2, 3], null, 0, 1, FAIL], /needs \[expected, wanted\]/],
  ['map', ['get', null, null, 0, 1], /names no key of the map/],
  ['mutex', ['lock', null, null, 0, 1], /is no operation of a mutex/],
  ['fifo-queue', ['push', 1, null, 0, 1], /is no operation of a queue/],
  ['fifo-queue', ['enqueue', null, null, 0, 1], /adds null/],
])('a history that is none of a %s is refused: %j', (model, line, problem) => {
  expect(() => check(model, [line])).toThrow(HistoryMistakeError)
  expect(() => check(model, [line])).toThrow(problem)
})

test('options: a model is needed, and what is unknown is refused', () => {
  expect(linearizable.options.parse({ model: 'map' })).toEqual({ model: 'map', initial: null, timeLimitMs: 30_000 })
  for (const wrong of [{}, { model: 'stack' }, { model: 'map', timeLimitMs: -1 }, { model: 'map', limit: 1 }])
    expect(linearizable.options.safeParse(wrong).success).toBe(false)
})
