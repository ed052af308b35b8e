import { expect, test } from '@jest/globals'

import type { Model } from '../../../src/history/isolation/model.ts'
import { check, kindsIn } from '../simulated/transaction-kinds.ts'
import { STRENGTHS, simulate } from '../simulated/transaction-store.ts'
import type { SimulationOptions } from '../simulated/transaction-store.ts'

/** The checker against stores whose strength is known, over many schedules. */
const SEEDS = Array.from({ length: 60 }, (_, seed) => seed)

type Name = keyof typeof STRENGTHS

/** The kinds that a store shows, over all schedules together. */
function kindsOf(name: Name, options: Partial<SimulationOptions> = {}): readonly string[] {
  const kinds = SEEDS.flatMap((seed) => kindsIn(simulate(STRENGTHS[name], seed, options)))
  return [...new Set(kinds)].filter((kind) => !kind.endsWith('-realtime')).sort()
}

function neverInvalid(name: Name, model: Model): void {
  for (const seed of SEEDS) {
    const { verdict, anomalies } = check(simulate(STRENGTHS[name], seed), model)
    expect({ seed, verdict, anomalies }).toEqual({ seed, verdict: 'valid', anomalies: [] })
  }
}

const SNAPSHOT_MISSES = ['G2-item']
const READ_COMMITTED_MISSES = ['G-nonadjacent', 'G-single', 'G2-item', 'lost-update']

test('a serializable store is never invalid, nor out of the order of time', () => {
  neverInvalid('serializable', 'strict-serializable')
})

test('snapshot isolation is valid as repeatable read, and shows write skew and nothing else', () => {
  neverInvalid('snapshot', 'repeatable-read')
  expect(kindsOf('snapshot')).toEqual(SNAPSHOT_MISSES)
})

test('read committed is valid as such, and shows all that it allows and nothing else', () => {
  neverInvalid('readCommitted', 'read-committed')
  expect(kindsOf('readCommitted')).toEqual(READ_COMMITTED_MISSES)
})

test('stale snapshots are serializable, and are found against the clock only', () => {
  neverInvalid('staleReads', 'serializable')
  const found = SEEDS.flatMap((seed) => kindsIn(simulate(STRENGTHS.staleReads, seed)))
  expect(found.every((kind) => kind.endsWith('-realtime'))).toBe(true)
  expect(found).toContain('G-single-realtime')
})

test('snapshots without a check of conflicts lose updates, and the lists that own appends were read in', () => {
  expect(kindsOf('lostUpdates')).toEqual([...READ_COMMITTED_MISSES, 'incompatible-order'].sort())
})

test('reads of what is not committed: each kind of dirty read', () => {
  const withoutAborts = { abortShare: 0, unknownShare: 0 }
  expect(kindsOf('dirtyReads')).toEqual([...READ_COMMITTED_MISSES, 'G1a', 'G1b', 'G1c', 'incompatible-order'].sort())
  expect(kindsOf('readUncommitted', withoutAborts)).toEqual(
    [...READ_COMMITTED_MISSES, 'G0', 'G1b', 'G1c', 'internal'].sort(),
  )
})

test('an append that others see at once is read before its transaction is complete', () => {
  const found = kindsOf('visibleAtOnce', { keys: 1, abortShare: 0, unknownShare: 0 })
  expect(found).toEqual([...READ_COMMITTED_MISSES, 'G1b'].sort())
})

test('a serializable store with one bug shows that, and nothing else', () => {
  expect(kindsOf('abortedStays')).toEqual(['G1a', 'dirty-update'])
  expect(kindsOf('forgetsOwn')).toEqual(['internal'])
  expect(kindsOf('appendsTwice')).toEqual(['duplicate-elements'])
})

test('replicas with another order are found to contradict each other', () => {
  for (const seed of SEEDS) expect(kindsIn(simulate(STRENGTHS.swaps, seed))).toContain('incompatible-order')
})

test('a commit that was acknowledged and is lost is found by who read after it', () => {
  const found = SEEDS.flatMap((seed) => kindsIn(simulate(STRENGTHS.losesCommits, seed)))
  expect(found).toContain('G-single-realtime')
})
