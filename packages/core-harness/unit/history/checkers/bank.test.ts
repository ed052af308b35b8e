import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { bank } from '../../../src/history/checkers/bank.ts'
import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import type { Json, Operation, Outcome } from '../../../src/history/operation.ts'
import { simulateBank } from '../simulated/bank-store.ts'
import type { BankBug } from '../simulated/bank-store.ts'

/** Operations one after another, a millisecond each. */
function history(...all: readonly Pick<Operation, 'f' | 'input' | 'output' | 'outcome'>[]): Operation[] {
  return all.map((one, index) => ({
    ...one,
    index,
    process: 0,
    invokedNs: 2e6 * index,
    completedNs: 2e6 * index + 1e6,
  }))
}

const read = (balances: Json) => ({ f: 'read', input: null, output: balances, outcome: 'ok' as const })
const transfer = (from: string, to: string, amount: number | string, outcome: Outcome = 'ok') => ({
  f: 'transfer',
  input: { from, to, amount },
  output: null,
  outcome,
})

function judge(operations: readonly Operation[], given: object = {}): CheckResult {
  return bank.check(operations, bank.options.parse(given))
}

test('money that moves and stays is valid', () => {
  const { verdict, counts } = judge(history(read({ a: 5, b: 5 }), transfer('a', 'b', 3), read({ a: 2, b: 8 })))
  expect(verdict).toBe('valid')
  expect(counts).toMatchObject({ transfers: 1, acknowledged: 1, failed: 0, unknown: 0, reads: 2, 'wrong-total': 0 })
})

test('wrong total: against the first read, or against the one that is given', () => {
  const reads = history(read({ a: 5, b: 5 }), read({ a: 5, b: 4 }), read({ a: 5, b: 12 }), read({ a: 5, b: 6 }))
  expect(judge(reads)).toMatchObject({ verdict: 'invalid', counts: { 'wrong-total': 3 } })
  expect(judge(reads).anomalies).toEqual([
    {
      kind: 'wrong-total',
      explanation: 'the read that ended at 0.003 s sums to 9, and not to 10 as the first read',
      operations: [0, 1],
    },
    expect.objectContaining({ operations: [0, 2] }), // the worst
    expect.objectContaining({ operations: [0, 3] }),
  ])
  expect(judge(reads).counterexample).toEqual(reads.slice(0, 2))
  expect(judge(reads, { total: 9 })).toMatchObject({ counts: { 'wrong-total': 3 } })
  expect(judge(reads, { total: '10' }).anomalies[0]).toEqual({
    kind: 'wrong-total',
    explanation: 'the read that ended at 0.003 s sums to 9, and not to 10',
    operations: [1],
  })
})

test('negative balance: forbidden unless it is allowed', () => {
  const reads = history(read({ a: 5, b: 5 }), transfer('b', 'a', 7), read({ a: 12, b: -2 }))
  expect(judge(reads)).toMatchObject({
    verdict: 'invalid',
    anomalies: [
      {
        kind: 'negative-balance',
        explanation: 'the read that ended at 0.005 s has -2 on the account b',
        operations: [2],
      },
    ],
  })
  expect(judge(reads, { allowNegative: 'yes' })).toMatchObject({ verdict: 'valid', counts: { 'negative-balance': 1 } })
})

test('accounts do not come and go', () => {
  const found = judge(history(read({ a: 5, b: 5 }), read({ a: 10 }), read({ a: 5, b: 5, c: 0 })))
  expect(found.anomalies.map(({ kind, explanation }) => `${kind}: ${explanation}`)).toEqual([
    'missing-account: the read that ended at 0.003 s lacks b, which the first read had',
    'unexpected-account: the read that ended at 0.005 s has the account c, which the first read had not',
  ])
  expect(found.counts['wrong-total']).toBe(0)
})

test('wrong balance: the last read is not what the transfers make', () => {
  const begin = read({ a: 5, b: 5 })
  expect(judge(history(begin, transfer('a', 'b', 3), read({ a: 5, b: 5 })))).toMatchObject({
    verdict: 'invalid',
    counts: { 'wrong-balance': 2 },
    anomalies: [
      {
        kind: 'wrong-balance',
        explanation:
          'the read that ended at 0.005 s has 5 on the account a, where the read that ended at 0.001 s and all transfers since make 2',
        operations: [0, 2],
      },
      { kind: 'wrong-balance' },
    ],
  })
  expect(judge(history(begin, transfer('a', 'b', 3, 'fail'), read({ a: 2, b: 8 }))).verdict).toBe('invalid')
  const unknown = transfer('a', 'b', 3, 'info')
  for (const [a, b] of [
    [5, 5],
    [2, 8],
  ])
    expect(judge(history(begin, unknown, read({ a, b } as Json))).verdict).toBe('valid')
  expect(judge(history(begin, unknown, read({ a: 4, b: 6 }))).verdict).toBe('valid')
  expect(judge(history(begin, unknown, read({ a: 1, b: 9 }))).verdict).toBe('invalid')
  expect(judge(history(begin, unknown, transfer('b', 'a', 1), read({ a: 7, b: 3 }))).verdict).toBe('invalid')
})

test('balances are judged at the end only where nothing was under way', () => {
  const [first, moved, last] = history(read({ a: 5, b: 5 }), transfer('a', 'b', 3), read({ a: 5, b: 5 })) as [
    Operation,
    Operation,
    Operation,
  ]
  expect(judge([{ ...first, completedNs: moved.invokedNs }, moved, last]).verdict).toBe('valid')
  expect(judge([first, moved, { ...last, invokedNs: moved.completedNs }]).verdict).toBe('valid')
})

test('amounts beyond 2^53 are exact', () => {
  const whole = '9007199254740993'
  const all = [
    read({ a: whole, b: '0' }),
    transfer('a', 'b', '9007199254740992'),
    read({ a: 1, b: '9007199254740992' }),
  ]
  expect(judge(history(...all))).toMatchObject({ verdict: 'valid' })
  const wrong = judge(history(all[0] as never, read({ a: whole, b: -1 })), { allowNegative: true })
  expect(wrong.anomalies[0]?.explanation).toMatch(/sums to 9007199254740992, and not to 9007199254740993/)
  expect(judge(history(read({ a: whole, b: '0' })), { total: whole }).verdict).toBe('valid')
  expect(judge(history(read({ a: 9_007_199_254_740_991, b: 1, c: 1 })), { total: whole }).verdict).toBe('valid')
})

test('nothing read is no verdict, and a history of something else is refused', () => {
  expect(judge(history(transfer('a', 'b', 3)))).toMatchObject({
    verdict: 'unknown',
    why: expect.stringMatching(/^no read/),
  })
  expect(() => judge(history({ ...read({}), f: 'txn' }))).toThrow('operation 0 (txn) is none of transfer, read')
  expect(() => judge(history(read([1])))).toThrow('has an output that is not {account: balance, …}')
  expect(() => judge(history(read({ a: 1.5 })))).toThrow('has 1.5 where a whole number belongs')
  expect(() => judge(history({ ...transfer('a', 'b', 1), input: { from: 'a', amount: 1 } }))).toThrow(
    'is not {from, to, amount}',
  )
})

test('the worst sum, and the lowest balance, are among what is shown', () => {
  // More of a kind than are shown: the first ones, and the worst.
  const sums = [9, 11, 12, 3, 9, 9, 9].map((b) => read({ a: 0, b }))
  const { anomalies } = judge(history(read({ a: 0, b: 10 }), ...sums))
  expect(anomalies.map(({ explanation }) => explanation)).toContainEqual(expect.stringContaining('sums to 3,'))
  const low = [-1, -2, -9, -3, -1, -1, -1].map((b) => read({ a: 10 - b, b }))
  const lowest = judge(history(read({ a: 5, b: 5 }), ...low)).anomalies.map(({ explanation }) => explanation)
  expect(lowest).toContainEqual(expect.stringContaining('has -9 on the account b'))
  const both = judge(history(read({ a: 10, b: 0, c: 0 }), read({ a: 19, b: -4, c: -5 }))).anomalies[0]
  expect(both?.explanation).toContain('has -5 on the account c')
})

test('all accounts that are missing are named, with the read that had them', () => {
  const { anomalies } = judge(history(read({ a: 5, b: 5, c: 0 }), read({ a: 10 })))
  expect(anomalies[0]).toEqual({
    kind: 'missing-account',
    explanation: 'the read that ended at 0.003 s lacks b, c, which the first read had',
    operations: [0, 1],
  })
})

test('transfers are counted by how they ended', () => {
  const all = [
    transfer('a', 'b', 1),
    transfer('a', 'b', 1, 'fail'),
    transfer('a', 'b', 1, 'info'),
    transfer('a', 'b', 1, 'info'),
  ]
  const { counts, checker } = judge(history(read({ a: 5, b: 5 }), ...all))
  expect(counts).toMatchObject({ transfers: 4, acknowledged: 1, failed: 1, unknown: 2, reads: 1 })
  expect(checker).toBe('bank')
})

test('a read that failed, or that nobody heard of, says nothing', () => {
  const unheard = (outcome: Outcome) => ({ ...read(null), outcome })
  const found = judge(history(read({ a: 5, b: 5 }), unheard('fail'), unheard('info'), read({ a: 5, b: 5 })))
  expect(found).toMatchObject({ verdict: 'valid', counts: { reads: 2 } })
  // Nor does it end the time for which balances are judged.
  const lost = judge(history(read({ a: 5, b: 5 }), transfer('a', 'b', 3), read({ a: 5, b: 5 }), unheard('info')))
  expect(lost).toMatchObject({ verdict: 'invalid', counts: { 'wrong-balance': 2 } })
})

test('a transfer that failed late does not keep balances from being judged', () => {
  const [first, moved, failed, last] = history(
    read({ a: 5, b: 5 }),
    transfer('a', 'b', 3),
    transfer('a', 'b', 1, 'fail'),
    read({ a: 5, b: 5 }),
  ) as [Operation, Operation, Operation, Operation]
  const late = { ...failed, completedNs: last.completedNs + 1e6 }
  expect(judge([first, moved, late, last])).toMatchObject({ verdict: 'invalid', counts: { 'wrong-balance': 2 } })
})

test.each<[string, Json]>([
  ['text with more than a number', '5x'],
  ['text that ends in a number', 'x5'],
  ['a fraction in text', '1.5'],
  ['an empty text', ''],
  ['nothing', null],
  ['a truth', true],
  ['more than a number holds exactly', 2 ** 53],
  ['a list of a text that would be one', ['5']],
])('%s is no amount', (_, amount) => {
  expect(() => judge(history(read({ a: amount })))).toThrow(
    `has ${JSON.stringify(amount)} where a whole number belongs, as decimal text beyond 2^53`,
  )
})

test.each<[string, Json]>([
  ['nothing', null],
  ['a text', 'a'],
  ['a number', 7],
  ['a list', ['a', 'b', 1]],
  ['an account that is no name', { from: true, to: 'b', amount: 1 }],
])('%s is no transfer', (_, input) => {
  expect(() => judge(history({ ...transfer('a', 'b', 1), input }))).toThrow(
    'has an input that is not {from, to, amount}',
  )
})

test.each<[string, Json]>([
  ['nothing', null],
  ['a text', 'a'],
  ['a number', 7],
])('%s is no output of a read', (_, output) => {
  expect(() => judge(history(read(output)))).toThrow('has an output that is not {account: balance, …}')
})

test('accounts may be numbers', () => {
  const numbered = { ...transfer('1', '2', 3), input: { from: 1, to: 2, amount: 3 } }
  expect(judge(history(read({ 1: 5, 2: 5 }), numbered, read({ 1: 2, 2: 8 }))).verdict).toBe('valid')
  expect(judge(history(read({ 1: 5, 2: 5 }), numbered, read({ 1: 5, 2: 5 }))).verdict).toBe('invalid')
})

test('a bank that is right is never called wrong', () => {
  fc.assert(fc.property(fc.nat(), (seed) => expect(judge(simulateBank(seed))).toMatchObject({ verdict: 'valid' })))
})

const SHOWN_BY: Readonly<Record<BankBug, string>> = {
  'read-skew': 'wrong-total',
  'lost-update': 'wrong-total',
  overdraft: 'negative-balance',
  'twice-applied': 'wrong-balance',
  'failed-applied': 'wrong-balance',
  'forgotten-account': 'missing-account',
}

test('a bank with one bug shows that, and nothing else', () => {
  for (const [bug, kind] of Object.entries(SHOWN_BY) as [BankBug, string][]) {
    const found = Array.from({ length: 40 }, (_, seed) => judge(simulateBank(seed, bug)))
    const kinds = new Set(found.flatMap(({ anomalies }) => anomalies.map((anomaly) => anomaly.kind)))
    expect({ bug, kinds: [...kinds] }).toEqual({ bug, kinds: [kind] })
  }
})
