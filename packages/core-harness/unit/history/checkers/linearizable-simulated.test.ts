import { expect, test } from '@jest/globals'

import { linearizable } from '../../../src/history/checkers/linearizable.ts'
import type { Operation } from '../../../src/history/operation.ts'
import { simulateFifo } from '../simulated/fifo-store.ts'
import type { FifoStrength } from '../simulated/fifo-store.ts'
import { simulateRegister } from '../simulated/register-store.ts'
import type { RegisterStrength } from '../simulated/register-store.ts'

const SEEDS = 40

/** How often each kind was the first that was found; `valid` and `unknown` where there was none. */
function found(model: string, history: (seed: number) => readonly Operation[]): Record<string, number> {
  const options = linearizable.options.parse({ model })
  const counts: Record<string, number> = {}
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { verdict, anomalies, counterexample = [] } = linearizable.check(history(seed), options)
    const kind = anomalies[0]?.kind ?? verdict
    counts[kind] = (counts[kind] ?? 0) + 1
    if (verdict !== 'invalid') continue
    expect(linearizable.check(counterexample, options).verdict).toBe('invalid')
    expect(counterexample.length).toBeLessThanOrEqual(12)
  }
  return counts
}

/** No other kind is named, though in some histories nothing went wrong, and in some no two operations show it. */
function expectKind(counts: Record<string, number>, kind: string): void {
  expect([kind, 'not-linearizable', 'valid']).toEqual(expect.arrayContaining(Object.keys(counts)))
  expect(counts[kind]).toBeGreaterThan(0.4 * SEEDS)
}

test('a register and a queue that keep their promise are never called invalid', () => {
  expect(found('cas-register', (seed) => simulateRegister(seed, 'correct'))).toEqual({ valid: SEEDS })
  expect(found('fifo-queue', (seed) => simulateFifo(seed, 'correct'))).toEqual({ valid: SEEDS })
})

test.each<[RegisterStrength, string, hasCas: boolean]>([
  ['stale-replica', 'stale-read', false],
  ['two-replicas', 'read-goes-back', false],
  ['lost-write', 'stale-read', false],
  ['dirty-read', 'aborted-read', false],
  ['split-cas', 'lost-update', true],
])('a register with %s is found by its %s', (strength, kind, hasCas) => {
  const counts = found('cas-register', (seed) => simulateRegister(seed, strength, hasCas))
  expectKind(counts, kind)
})

test.each<[FifoStrength, string]>([
  ['peeks-first', 'duplicate'],
  ['takes-second', 'fifo-inversion'],
  ['says-empty', 'false-empty'],
])('a queue that %s is found by its %s', (strength, kind) => {
  const counts = found('fifo-queue', (seed) => simulateFifo(seed, strength))
  expectKind(counts, kind)
})
