import { expect, test } from '@jest/globals'

import { TimeHistogram } from '../../src/metrics/histogram.ts'
import { problemsOf } from '../../src/workload/validity.ts'
import type { GeneratorAccount } from '../../src/workload/validity.ts'

/** Lateness of 1,000 operations, of which so many were late by so much. */
function latenessOf(late: number, milliseconds: number): string {
  const histogram = new TimeHistogram()
  for (let index = 0; index < 1_000; index++) histogram.record(index < late ? milliseconds * 1_000 : 10)
  const encoded = histogram.encode()
  histogram.free()
  return encoded
}

const good = { lateness: latenessOf(10, 5), latenessBudgetMs: 1, plannedPerSecond: 100, issuedPerSecond: 100 }
const kindsOf = (change: Partial<typeof good>, account: Partial<GeneratorAccount> = {}): string[] =>
  problemsOf({ open: { ...good, ...change }, durationMs: 10_000, busiestThread: 0.5, ...account }).map(
    ({ kind }) => kind,
  )

test('one in a hundred may be late, and not more', () => {
  expect(kindsOf({})).toEqual([])
  expect(kindsOf({ lateness: latenessOf(11, 5) })).toEqual(['generator-late'])
  expect(kindsOf({ lateness: latenessOf(11, 0.9) })).toEqual([])
  expect(kindsOf({ lateness: latenessOf(11, 1.1) })).toEqual(['generator-late'])
  expect(kindsOf({ lateness: latenessOf(11, 1.1), latenessBudgetMs: 2 })).toEqual([])
})

test('a rate may be off by half a percent, in either direction', () => {
  expect([99.6, 100.4].flatMap((issuedPerSecond) => kindsOf({ issuedPerSecond }))).toEqual([])
  expect([99.4, 100.6].map((issuedPerSecond) => kindsOf({ issuedPerSecond }))).toEqual([
    ['rate-missed'],
    ['rate-missed'],
  ])
})

test('a generator that works nine tenths of the time is saturated, where that can be said', () => {
  expect(kindsOf({}, { busiestThread: 0.89 })).toEqual([])
  expect(kindsOf({}, { busiestThread: 0.91 })).toEqual(['generator-saturated'])
  expect(kindsOf({}, { busiestThread: 0.91, durationMs: 500 })).toEqual([])
})

test('a problem says what was found, and what to do', () => {
  const [late, missed] = problemsOf({
    open: { ...good, lateness: latenessOf(50, 5), issuedPerSecond: 90 },
    durationMs: 10_000,
    busiestThread: 0.1,
  })
  expect(late?.found).toMatch(/^1 % of operations were sent 5\.\d\d ms late or more, and the budget is 1 ms$/)
  expect(missed?.found).toBe('90.0 operations a second were issued, and 100.0 were planned')
  expect([late?.remedy, missed?.remedy].every((remedy) => (remedy ?? '').length > 20)).toBe(true)
})
