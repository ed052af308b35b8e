import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { effectOf } from '../../src/fault/effect.ts'

test('latency: the same seed gives the same delays, between the latency and the jitter on top', () => {
  const delaysOf = (seed: number) => {
    const effect = effectOf({ kind: 'latency', latencyMs: 20, jitterMs: 10, seed })
    return Array.from({ length: 50 }, () => effect.delayMs('up'))
  }
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      expect(delaysOf(seed)).toEqual(delaysOf(seed))
      for (const delayMs of delaysOf(seed)) expect(delayMs >= 20 && delayMs < 30).toBe(true)
    }),
  )
  expect(delaysOf(1)).not.toEqual(delaysOf(2))
})

test('bandwidth: never more than the rate, whatever the pieces, and nearly all of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 1_000_000 }), fc.integer({ min: 100, max: 20_000 }), (rate, wanted) => {
      const effect = effectOf({ kind: 'bandwidth', bytesPerSecond: rate })
      let nowMs = 0
      let passed = 0
      while (nowMs < 1_000) {
        nowMs += effect.waitMs('up', nowMs)
        const bytes = Math.min(wanted, effect.mostBytes({}, 'up'))
        effect.pass({}, 'up', bytes, nowMs)
        passed += bytes
      }
      // A slice before it counts, and what a timer may be late.
      expect(passed).toBeLessThanOrEqual(rate * 1.03 + 2)
      expect(passed).toBeGreaterThanOrEqual(rate * 0.97 - 2)
    }),
  )
})

test('bandwidth: each way has a link of its own, and an idle link saves nothing up', () => {
  const effect = effectOf({ kind: 'bandwidth', bytesPerSecond: 1_000 })
  effect.pass({}, 'up', 1_000, 0)
  expect(effect.waitMs('up', 0)).toBeGreaterThan(990)
  expect(effect.waitMs('down', 0)).toBe(0)
  effect.pass({}, 'up', 1_000, 60_000)
  expect(effect.waitMs('up', 60_000)).toBeGreaterThan(990)
})

test('drop: counts each connection for itself, in the direction that it is given', () => {
  const effect = effectOf({ kind: 'drop', afterBytes: 10, direction: 'down' })
  const [one, other] = [{}, {}]
  effect.pass(one, 'down', 7, 0)
  effect.pass(one, 'up', 100, 0)
  expect(effect.mostBytes(one, 'down')).toBe(3)
  expect(effect.mostBytes(one, 'up')).toBe(Infinity)
  expect(effect.mostBytes(other, 'down')).toBe(10)
})
