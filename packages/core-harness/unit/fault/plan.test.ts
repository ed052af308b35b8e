import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import type { Fault } from '../../src/fault/fault.ts'
import { at, every, planFaults, random } from '../../src/fault/plan.ts'
import type { PlannedFault } from '../../src/fault/plan.ts'

function fault(kind: string, target: string): Fault {
  return { kind, target, begin: () => Promise.resolve(), heal: () => Promise.resolve(), touched: () => 1 }
}

const [pause, kill, cut] = [fault('pause', 'redis'), fault('kill', 'redis'), fault('cut', 'postgres')]

function times(plan: readonly PlannedFault[]): [string, number, number][] {
  return plan.map(({ fault: { kind }, fromMs, toMs }) => [kind, fromMs, toMs])
}

test('at and every are planned where they say, in the order of their beginnings', () => {
  const rules = [at(450, cut, { forMs: 100 }), every(300, pause, { forMs: 50 }), at(800, kill)]
  expect(times(planFaults(rules, { lengthMs: 1_000, seed: 1 }))).toEqual([
    ['pause', 300, 350],
    ['cut', 450, 550],
    ['pause', 600, 650],
    ['kill', 800, 800],
    ['pause', 900, 950],
  ])
})

test('every begins and ends where it is told, and leaves out what would not be healed in time', () => {
  const rule = every(100, pause, { forMs: 60, fromMs: 0, untilMs: 250 })
  expect(times(planFaults([rule], { lengthMs: 1_000, seed: 1 }))).toEqual([
    ['pause', 0, 60],
    ['pause', 100, 160],
  ])
  expect(planFaults([every(100, pause, { forMs: 60 })], { lengthMs: 150, seed: 1 })).toEqual([])
})

test.each([
  [
    'is healed after the end',
    [at(900, pause, { forMs: 200 })],
    /"pause" of redis from 900 to 1100 ms is not within the 1000 ms/,
  ],
  ['begins before the beginning', [at(-1, pause)], /is not within/],
  ['ends before it begins', [at(500, pause, { forMs: -1 })], /is not within/],
  [
    'overlaps with one of its target',
    [at(100, pause, { forMs: 200 }), at(250, kill)],
    /"kill" of redis from 250 to 250 ms and "pause" from 100 ms would be in effect at once/,
  ],
  ['begins with one of its target', [at(100, pause), at(100, kill)], /would be in effect at once/],
  ['overlaps with itself', [every(100, pause, { forMs: 150 })], /would be in effect at once/],
])('a fault that %s is refused', (_, rules, message) => {
  expect(() => planFaults(rules, { lengthMs: 1_000, seed: 1 })).toThrow(message)
})

test('faults of one target overlap where that is asked for, but never a fault with itself', () => {
  const both = [at(100, pause, { forMs: 200 }), at(150, kill, { forMs: 20 })]
  expect(planFaults(both, { lengthMs: 1_000, seed: 1, overlap: true })).toHaveLength(2)
  const itself = [at(100, pause, { forMs: 200 }), at(150, pause)]
  expect(() => planFaults(itself, { lengthMs: 1_000, seed: 1, overlap: true })).toThrow(/at once/)
})

test.each([
  ['a range that goes down', () => random([pause], { gapMs: [5, 1], forMs: [1, 1] })],
  ['no time at all', () => random([pause], { gapMs: [0, 0], forMs: [0, 0] })],
  ['no fault', () => random([], { gapMs: [1, 2], forMs: [1, 2] })],
  ['every 0 ms', () => every(0, pause)],
])('%s is refused', (_, rule) => {
  expect(rule).toThrow(/planning faults: "(random|every)"/)
})

const range = fc
  .tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 400 }))
  .map(([least, more]) => [least, least + more] as const)
const scene = fc.record({
  seed: fc.integer(),
  lengthMs: fc.integer({ min: 0, max: 5_000 }),
  gapMs: range,
  forMs: range,
})

test('random: the same seed gives the same plan, within its bounds, with nothing of one target at once', () => {
  fc.assert(
    fc.property(scene, ({ seed, lengthMs, gapMs, forMs }) => {
      const fixed = lengthMs > 300 ? [at(200, pause, { forMs: 100 })] : []
      const rules = [...fixed, random([pause, kill, cut], { gapMs, forMs }), random([kill, cut], { gapMs, forMs })]
      const plan = planFaults(rules, { lengthMs, seed })
      expect(planFaults(rules, { lengthMs, seed })).toEqual(plan)
      for (const [
        index,
        {
          fault: { target },
          fromMs,
          toMs,
        },
      ] of plan.entries()) {
        expect(fromMs).toBeGreaterThanOrEqual(index === 0 ? 0 : (plan[index - 1]?.fromMs ?? 0))
        expect(toMs).toBeLessThanOrEqual(lengthMs)
        const meeting = plan.slice(index + 1).filter((other) => other.fault.target === target && other.fromMs < toMs)
        expect(meeting).toEqual([])
      }
    }),
  )
})

test('random: times lie in their ranges, and the length is used', () => {
  fc.assert(
    fc.property(scene, ({ seed, lengthMs, gapMs, forMs }) => {
      const plan = planFaults([random([pause, kill], { gapMs, forMs })], { lengthMs, seed })
      let endMs = 0
      for (const { fromMs, toMs } of plan) {
        expect(fromMs - endMs).toBeGreaterThanOrEqual(gapMs[0] - 1e-6)
        expect(fromMs - endMs).toBeLessThanOrEqual(gapMs[1] + 1e-6)
        expect(toMs - fromMs).toBeGreaterThanOrEqual(forMs[0] - 1e-6)
        expect(toMs - fromMs).toBeLessThanOrEqual(forMs[1] + 1e-6)
        endMs = toMs
      }
      expect(lengthMs - endMs).toBeLessThanOrEqual(gapMs[1] + forMs[1] + 1e-6)
    }),
  )
})

test('random: another seed gives another plan, and all faults get their turn', () => {
  const planOf = (seed: number) =>
    planFaults([random([pause, kill, cut], { gapMs: [10, 50], forMs: [10, 50] })], { lengthMs: 10_000, seed })
  expect(times(planOf(1))).not.toEqual(times(planOf(2)))
  expect(new Set(planOf(1).map(({ fault: { kind } }) => kind))).toEqual(new Set(['pause', 'kill', 'cut']))
})
