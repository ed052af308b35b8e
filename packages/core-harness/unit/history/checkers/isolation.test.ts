import { expect, test } from '@jest/globals'

import { isolation } from '../../../src/history/checkers/isolation.ts'
import { KINDS } from '../../../src/history/isolation/model.ts'
import { transaction, transactions } from '../simulated/transaction-notation.ts'
import { check, kindsIn } from '../simulated/transaction-kinds.ts'

/** What the transactions show, by the strictest model. */
function found(...all: readonly string[]): readonly string[] {
  return kindsIn(transactions(...all))
}

/** In words, for the gravest anomaly. */
function words(...all: readonly string[]): string | undefined {
  return check(transactions(...all), 'strict-serializable').anomalies[0]?.explanation
}

test('transactions that can be put in a row are valid', () => {
  const history = transactions('ax1 ay1', 'rx1 ry1', 'ax2', 'rx12 ay2', 'rx12 ry12')
  expect(check(history, 'strict-serializable')).toMatchObject({ verdict: 'valid', anomalies: [] })
})

test('G0: two transactions appended to two lists in opposite orders', () => {
  expect(found('ax1 ay1', 'ax2 ay2', 'rx12 ry21')).toEqual(['G0'])
  expect(words('ax1 ay1', 'ax2 ay2', 'rx12 ry21')).toBe(
    'T0 before T1: T1 appended 2 to x behind 1 of T0; T1 before T0: T0 appended 1 to y behind 2 of T1',
  )
})

test('G1a: somebody read what a failed transaction appended', () => {
  expect(found('!ax1', 'rx1')).toEqual(['G1a'])
  expect(found('!ax1 ax2', 'rx1')).toEqual(['G1a'])
  expect(words('!ax1', 'rx1')).toBe('T1 read [1] of x, with 1 of T0, which failed')
})

test('dirty update: a transaction appended on top of what had failed', () => {
  expect(found('!ax1', 'ax2', 'rx12')).toEqual(['G1a', 'dirty-update'])
})

test('G1b: somebody read a list between two appends of one transaction', () => {
  expect(found('ax1 ax2', 'rx1', 'rx12')).toContain('G1b')
  expect(found('ax1 rx1 ax2', 'rx12')).toEqual([])
  expect(words('ax1 ax2', 'rx1')).toBe('T1 read [1] of x, between 1 and 2, both of T0')
})

test('G1c: two transactions read of each other', () => {
  expect(found('ax1 ry1', 'ay1 rx1')).toEqual(['G1c'])
  expect(words('ax1 ry1', 'ay1 rx1')).toBe(
    'T0 before T1: T1 read 1 of x, which T0 appended; T1 before T0: T0 read 1 of y, which T1 appended',
  )
})

test('internal: a transaction does not see its own append, or sees it too early', () => {
  expect(found('ax1 rx', 'rx1')).toContain('internal')
  expect(found('ax1', 'ax2 rx1', 'rx12')).toContain('internal')
  expect(found('rx1 ax1', 'rx1')).toContain('internal')
  expect(found('ax1', 'ax2 rx12', 'rx12')).toEqual([])
})

test('a list that changed between two reads is read skew, and no matter of a transaction with itself', () => {
  expect(found('rx rx1', 'ax1')).toEqual(['G-single'])
})

test('duplicates, orders that contradict each other, and elements that nobody appended', () => {
  expect(found('ax1', 'rx11')).toEqual(['duplicate-elements'])
  expect(found('ax1', 'ax2', 'rx12', 'rx21')).toEqual(['incompatible-order'])
  expect(found('ax1 ax2', 'rx21')).toEqual(['incompatible-order', 'G1b'])
  expect(found('ax1', 'rx17')).toEqual(['unexpected'])
})

test('lost update: two transactions read the same list and both appended to it', () => {
  expect(found('rx ax1', 'rx ax2', 'rx12')).toEqual(['lost-update', 'G-single'])
  expect(found('rx ax1', 'rx ax2')).toEqual(['lost-update'])
  expect(found('rx ax1', '!rx ax2', 'rx1')).toEqual([])
})

test('lost update: what one of them appended is overwritten, and never read', () => {
  expect(found('rx ax1', 'rx ax2', 'rx2')).toEqual(['lost-update', 'G-single', 'G2-item'])
})

test('G-single: a transaction saw one effect of another and missed the other', () => {
  const history = ['ax1 ay1', 'rx1 ry', 'rx1 ry1'] as const
  expect(found(...history)).toEqual(['G-single'])
  expect(words(...history)).toBe(
    'T0 before T1: T1 read 1 of x, which T0 appended; T1 before T0: T1 read [] of y, which lacks 1 that T0 appended',
  )
})

test('G-nonadjacent: two transactions each missed what the other one led to', () => {
  // T0 → T1 by rw, T1 → T2 by wr, T2 → T3 by rw, T3 → T0 by wr.
  const history = transactions('rx ry1', 'ax1 az1', 'rz1 rw', 'aw1 ay1', 'rw1 rx1 ry1 rz1')
  expect(kindsIn(history)).toEqual(['G-nonadjacent'])
  expect(check(history, 'repeatable-read').verdict).toBe('invalid')
})

test('G-nonadjacent is found also where each of its transactions is in a write skew, which is shorter', () => {
  const history = ['rx ry1 av1', 'ax1 az1 rv', 'rz1 rw au1', 'aw1 ay1 ru'] as const
  expect(found(...history)).toEqual(['G-nonadjacent', 'G2-item'])
  expect(found(...history, 'ru1 rv1 rw1 rx1')).toEqual(['G-nonadjacent', 'G2-item'])
})

test('G2-item: write skew', () => {
  const history = transactions('rx ay1', 'ry ax1', 'rx1 ry1')
  expect(kindsIn(history)).toEqual(['G2-item'])
  expect(check(history, 'repeatable-read')).toMatchObject({ verdict: 'valid', counts: { 'G2-item': 1 } })
  expect(check(history, 'serializable')).toMatchObject({
    verdict: 'invalid',
    anomalies: [
      {
        kind: 'G2-item',
        operations: [0, 1, 2],
        explanation:
          'T0 before T1: T0 read [] of x, which lacks 1 that T1 appended; T1 before T0: T1 read [] of y, which lacks 1 that T0 appended',
      },
    ],
  })
})

test('realtime: a stale read, a lost append, and an order against the clock', () => {
  expect(found('ax1', 'rx', 'rx1')).toEqual(['G-single-realtime'])
  expect(words('ax1', 'rx')).toBe(
    'T0 before T1: it ended at 0.001 s, and T1 began at 0.002 s; T1 before T0: T1 read [] of x, which lacks 1 that T0 appended',
  )
  expect(found('ax1', 'ax2', 'rx21')).toEqual(['G0-realtime'])
  expect(found('rx1', 'ax1')).toEqual(['G1c-realtime'])
  expect(found('rx1', '?ax1')).toEqual(['G1c-realtime'])
  expect(found('ax1', 'ay1', 'az1', 'rx', 'rx1')).toEqual(['G-single-realtime'])
  expect(found('ax1', 'ax2', 'ay1', 'ax3', 'rx')).toEqual(['G-single-realtime'])
})

test('realtime is judged where it is asked for, and forbidden by strict serializability only', () => {
  const history = transactions('ax1', 'rx', 'rx1')
  expect(isolation.check(history, isolation.options.parse({})).counts).not.toHaveProperty('G-single-realtime')
  const asked = isolation.check(history, isolation.options.parse({ realtime: 'true' }))
  expect(asked).toMatchObject({ verdict: 'valid', counts: { 'G-single-realtime': 1 } })
  expect(check(history, 'strict-serializable').verdict).toBe('invalid')
})

test('transactions that overlap are in no order of time', () => {
  const history = [transaction('ax1', 0, 'ok', [0, 5]), transaction('rx', 1, 'ok', [5, 6]), transaction('rx1', 2)]
  expect(check(history, 'strict-serializable').verdict).toBe('valid')
  const ended = [transaction('ax1', 0, 'ok', [0, 3]), transaction('ay1', 1, 'ok', [1, 4])]
  const later = [transaction('rx', 2, 'ok', [5, 6]), transaction('rx1', 3, 'ok', [7, 8])]
  expect(kindsIn([...ended, ...later])).toEqual(['G-single-realtime'])
})

test('what ended nobody knows how happened when somebody read of it, and never ended', () => {
  expect(found('?ax1', 'rx')).toEqual([])
  expect(found('?ax1 ay1', 'rx1', 'ry', 'ry1')).toEqual(['G-single-realtime'])
  expect(found('?ax1', 'rx', 'rx1')).toEqual([])
  expect(found('?ax1 ay1', 'ax2 ay2', 'rx12 ry21')).toEqual(['G0'])
})

test('a cycle is told with as few transactions as show it, and the others do not stand in for them', () => {
  const bystanders = ['az1', 'rz1', 'az2', 'rz12']
  const history = transactions(...bystanders, 'ax1 ay1', 'ax2 ay2', 'rx12 ry21 rz12', 'rz12')
  const { counterexample = [] } = check(history, 'read-committed')
  expect(counterexample.map(({ index }) => index)).toEqual([4, 5, 6])
  expect(kindsIn(counterexample)).toContain('G0')
})

test('who wrote what the transactions of a cycle read is told with them', () => {
  const { counterexample = [] } = check(transactions('ax1', 'az1', 'rx1 ay1', 'ry ax2', 'rx12 ry1'), 'serializable')
  expect(counterexample.map(({ index }) => index)).toEqual([0, 2, 3, 4])
})

test('of many cycles the shortest is found, and each pair is counted once', () => {
  const history = transactions('rx ay1', 'ry ax1', 'rx1 ry1', 'rv aw1', 'rw av1', 'rv1 rw1')
  expect(check(history, 'serializable').counts['G2-item']).toBe(2)
})

test('a long list is told by its ends', () => {
  const appends = Array.from({ length: 9 }, (_, place) => `ax${place + 1}`)
  expect(words(...appends, 'rx123456789', 'rx923456789')).toBe(
    'T10 read [9 2 … 4 5 6 7 8 9] of x, with an element that is there twice',
  )
})

test('each model forbids what the weaker ones forbid, and more', () => {
  const forbiddenBy = (kind: string): string => {
    const history = EXAMPLES[kind]
    if (history === undefined) throw new Error(`there is no example of ${kind}`)
    const models = ['read-committed', 'repeatable-read', 'serializable', 'strict-serializable'] as const
    return models.filter((model) => check(transactions(...history), model).verdict === 'invalid').join(' ')
  }
  const all = 'read-committed repeatable-read serializable strict-serializable'
  const fromSnapshots = 'repeatable-read serializable strict-serializable'
  const fromSerializable = 'serializable strict-serializable'
  expect(Object.fromEntries(Object.keys(EXAMPLES).map((kind) => [kind, forbiddenBy(kind)]))).toEqual({
    unexpected: all,
    'duplicate-elements': all,
    'incompatible-order': all,
    internal: all,
    G0: all,
    G1a: all,
    'dirty-update': all,
    G1b: all,
    G1c: all,
    'lost-update': fromSnapshots,
    'G-single': fromSnapshots,
    'G-nonadjacent': fromSnapshots,
    'G2-item': fromSerializable,
    'G0-realtime': 'strict-serializable',
    'G1c-realtime': 'strict-serializable',
    'G-single-realtime': 'strict-serializable',
    'G-nonadjacent-realtime': 'strict-serializable',
    'G2-item-realtime': 'strict-serializable',
  })
  for (const [kind, history] of Object.entries(EXAMPLES)) expect(kindsIn(transactions(...history))).toContain(kind)
  expect(Object.keys(EXAMPLES).sort()).toEqual([...KINDS].sort())
})

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  unexpected: ['ax1', 'rx17'],
  'duplicate-elements': ['ax1', 'rx11'],
  'incompatible-order': ['ax1', 'ax2', 'rx12', 'rx21'],
  internal: ['ax1 rx', 'rx1'],
  G0: ['ax1 ay1', 'ax2 ay2', 'rx12 ry21'],
  G1a: ['!ax1', 'rx1'],
  'dirty-update': ['!ax1', 'ax2', 'rx12'],
  G1b: ['ax1 ax2', 'rx1'],
  G1c: ['ax1 ry1', 'ay1 rx1'],
  'lost-update': ['rx ax1', 'rx ax2'],
  'G-single': ['rx rx1', 'ax1'],
  'G-nonadjacent': ['rx ry1', 'ax1 az1', 'rz1 rw', 'aw1 ay1'],
  'G2-item': ['rx ay1', 'ry ax1'],
  'G0-realtime': ['ax1', 'ax2', 'rx21'],
  'G1c-realtime': ['rx1', 'ax1'],
  'G-single-realtime': ['ax1', 'rx', 'rx1'],
  'G-nonadjacent-realtime': ['aw1 ax1', 'ry rx1', 'ay1', 'rw'],
  'G2-item-realtime': ['aw1', 'rx aw2', 'ax1', 'rw1', 'rw12'],
}

test('nothing read is no verdict', () => {
  expect(check(transactions('ax1', '?rx', '!rx'), 'serializable')).toMatchObject({
    verdict: 'unknown',
    why: expect.stringMatching(/^no transaction that is known to have happened read anything/),
  })
  expect(check([], 'serializable').verdict).toBe('unknown')
})

test('a history of something else is refused, with the operation', () => {
  const one = transaction('ax1', 7)
  const judge = (changed: object): unknown => check([{ ...one, ...changed }], 'serializable')
  expect(() => judge({ f: 'read' })).toThrow('operation 7 (read) is none of txn')
  expect(() => judge({ input: 'x' })).toThrow('operation 7 (txn) has an input that is not')
  expect(() => judge({ output: [['append', 'x', 2]] })).toThrow('has an output with other steps than its input')
  expect(() => judge({ output: [['r', 'x', [[1]]]] })).toThrow('has an output that is not')
  expect(() => check(transactions('ax1', 'ax1'), 'serializable')).toThrow('operation 1 (txn) appends 1 to x, which')
  expect(isolation.options.safeParse({ model: 'snapshot' }).success).toBe(false)
})
