import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import type { Operation } from '../../../src/history/operation.ts'
import { transactions } from '../simulated/transaction-notation.ts'
import { check, kindsIn } from '../simulated/transaction-kinds.ts'
import { isSerializable, isSnapshotIsolated } from '../simulated/transaction-orders.ts'
import { STRENGTHS, simulate } from '../simulated/transaction-store.ts'

/** The checker against the definitions, on histories that are small enough to try all orders. */

/** Transactions over two lists that read any beginning of each; the last one reads both, so that all versions are known. */
const anyReads = fc
  .tuple(
    fc.array(
      fc.array(
        fc.record({
          kind: fc.constantFrom('a', 'r'),
          key: fc.constantFrom('x', 'y'),
          at: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      { minLength: 2, maxLength: 4 },
    ),
    fc.infiniteStream(fc.nat(5)),
  )
  .map(([plan, shuffles]): Operation[] => {
    const orders: Record<string, number[]> = { x: [], y: [] }
    const numbered = plan.map((steps) => steps.map((step) => ({ ...step, element: 0 })))
    for (const step of numbered.flat()) {
      if (step.kind === 'r') continue
      const order = orders[step.key] ?? []
      step.element = order.length + 1
      order.splice((shuffles.next().value ?? 0) % (order.length + 1), 0, step.element)
    }
    const texts = numbered.map((steps) =>
      steps
        .map(({ kind, key, at, element }) => {
          const order = orders[key] ?? []
          return kind === 'a' ? `a${key}${element}` : `r${key}${order.slice(0, Math.round(at * order.length)).join('')}`
        })
        .join(' '),
    )
    return transactions(...texts, `rx${orders.x?.join('')} ry${orders.y?.join('')}`)
  })

/** Histories of small stores of every strength; all that was committed is read at the end. */
const simulated = fc
  .record({ strength: fc.constantFrom(...Object.values(STRENGTHS)), seed: fc.nat() })
  .map(({ strength, seed }) => {
    const small = { transactions: 4, processes: 3, keys: 2, maxSteps: 3, abortShare: 0, unknownShare: 0 }
    return simulate(strength, seed, small).filter(({ outcome }) => outcome !== 'fail')
  })

const histories = fc.oneof(anyReads, simulated)

function knowsAllVersions(operations: readonly Operation[]): boolean {
  const appended = operations.flatMap(({ input }) => (input as string[][]).filter(([kind]) => kind === 'append'))
  const last = (operations.at(-1)?.output ?? []) as [string, string, number[]][]
  return appended.length === last.flatMap(([, , elements]) => elements).length
}

test('a history is serializable when there is an order that explains it, and else not', () => {
  const seen = { true: 0, false: 0 }
  fc.assert(
    fc.property(histories, (operations) => {
      fc.pre(knowsAllVersions(operations))
      const expected = isSerializable(operations)
      seen[`${expected}`]++
      expect(check(operations, 'serializable').verdict).toBe(expected ? 'valid' : 'invalid')
    }),
    { numRuns: 1_500 },
  )
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(100)
})

test('a history is strictly serializable when there is such an order that goes with the clock', () => {
  const seen = { true: 0, false: 0 }
  fc.assert(
    fc.property(histories, (operations) => {
      fc.pre(knowsAllVersions(operations))
      const expected = isSerializable(operations, true)
      seen[`${expected}`]++
      expect(check(operations, 'strict-serializable').verdict).toBe(expected ? 'valid' : 'invalid')
    }),
    { numRuns: 1_500 },
  )
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(100)
})

test('a history keeps repeatable read when each transaction can have read a snapshot', () => {
  const seen = { true: 0, false: 0 }
  fc.assert(
    fc.property(histories, (operations) => {
      fc.pre(knowsAllVersions(operations))
      const expected = isSnapshotIsolated(operations)
      seen[`${expected}`]++
      expect(check(operations, 'repeatable-read').verdict).toBe(expected ? 'valid' : 'invalid')
    }),
    { numRuns: 1_000 },
  )
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(100)
})

test('what is called invalid has no explanation, also where not all versions were read', () => {
  let invalid = 0
  fc.assert(
    fc.property(histories, (operations) => {
      const unread = operations.slice(0, -1)
      if (check(unread, 'serializable').verdict !== 'invalid') return
      invalid++
      expect(isSerializable(unread)).toBe(false)
    }),
    { numRuns: 1_500 },
  )
  expect(invalid).toBeGreaterThan(100)
})

test('the counterexample shows what the history was told to show', () => {
  fc.assert(
    fc.property(histories, (operations) => {
      const { anomalies, counterexample = [] } = check(operations, 'strict-serializable')
      const [first] = anomalies
      if (first) expect(kindsIn(counterexample)).toContain(first.kind)
    }),
    { numRuns: 1_000 },
  )
})
