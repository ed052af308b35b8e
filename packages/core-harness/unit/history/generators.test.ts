import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { eachProcessOnce } from '../../src/history/generator/each-process-once.ts'
import type { Generator, GeneratorContext, Request } from '../../src/history/generator/generator.ts'
import { limit } from '../../src/history/generator/limit.ts'
import { mix } from '../../src/history/generator/mix.ts'
import { perKey } from '../../src/history/generator/per-key.ts'
import { phases } from '../../src/history/generator/phases.ts'
import { repeat } from '../../src/history/generator/repeat.ts'
import { sequence } from '../../src/history/generator/sequence.ts'
import { stagger } from '../../src/history/generator/stagger.ts'
import { timeLimit } from '../../src/history/generator/time-limit.ts'
import { untilEnough } from '../../src/history/generator/until-enough.ts'
import { seedOf, seededRandom } from '../../src/statistics/seeded-random.ts'

interface Given extends Request {
  readonly slot: number
  readonly timeNs: number
}

/**
 * Asks a generator as processes do, without waiting: operations take `tookNs`, and time goes on to the next thing that happens.
 *
 * @param order which slot asks first, at each moment
 */
function play(
  first: Generator,
  { slots = 2, tookNs = 10, atMost = 1_000, seed = 1, order = (all: readonly number[]) => all } = {},
): Given[] {
  const all = Array.from({ length: slots }, (_, slot) => slot)
  const busyUntilNs = new Map<number, number>()
  const counts = all.map(() => 0)
  const given: Given[] = []
  let generator = first
  for (let timeNs = 0; given.length < atMost;) {
    const wakeNs: number[] = []
    let isDone = false
    for (let isMoving = true; isMoving && !isDone;) {
      isMoving = false
      for (const slot of order(all.filter((one) => !busyUntilNs.has(one)))) {
        const random = seededRandom(seedOf(seed, counts[slot] ?? 0, slot))
        const context: GeneratorContext = { timeNs, slot, slots: all, isBusy: (one) => busyUntilNs.has(one), random }
        const step = generator.step(context)
        if (step === 'done') isDone = true
        else if ('waitUntilNs' in step) wakeNs.push(step.waitUntilNs)
        else {
          generator = step.next
          counts[slot] = (counts[slot] ?? 0) + 1
          given.push({ ...step.request, slot, timeNs })
          busyUntilNs.set(slot, timeNs + tookNs)
          isMoving = true
        }
      }
    }
    if (isDone) return given
    timeNs = Math.min(...busyUntilNs.values(), ...wakeNs)
    if (timeNs === Infinity) throw new Error('the generator waits for ever')
    for (const [slot, untilNs] of busyUntilNs) if (untilNs <= timeNs) busyUntilNs.delete(slot)
  }
  return given
}

const read = repeat({ f: 'read' })
const write = repeat(({ random }) => ({ f: 'write', input: Math.floor(random() * 100) }))
const names = (given: readonly Given[]) => given.map(({ f }) => f)

test('limit, sequence: so many, and done', () => {
  expect(play(limit(3, read))).toHaveLength(3)
  expect(play(limit(0, read))).toHaveLength(0)
  expect(names(play(sequence([{ f: 'a' }, { f: 'b' }, { f: 'c' }])))).toEqual(['a', 'b', 'c'])
  expect(names(play(limit(2, sequence([{ f: 'a' }, { f: 'b' }, { f: 'c' }]))))).toEqual(['a', 'b'])
})

test('mix: by weight, until all are done; who has nothing to do leaves its place', () => {
  const drawn = names(
    play(
      limit(
        4_000,
        mix([
          { weight: 3, generator: read },
          { weight: 1, generator: write },
        ]),
      ),
      { atMost: 4_000 },
    ),
  )
  const share = drawn.filter((f) => f === 'read').length / drawn.length
  expect(share).toBeGreaterThan(0.72)
  expect(share).toBeLessThan(0.78)

  const ended = play(
    mix([
      { weight: 1, generator: limit(5, read) },
      { weight: 1, generator: limit(7, write) },
    ]),
  )
  expect(names(ended).sort()).toEqual([...Array<string>(5).fill('read'), ...Array<string>(7).fill('write')])

  const waiting: Generator = { step: () => ({ waitUntilNs: Infinity }) }
  expect(
    names(
      play(
        limit(
          3,
          mix([
            { weight: 9, generator: waiting },
            { weight: 1, generator: read },
          ]),
        ),
      ),
    ),
  ).toEqual(['read', 'read', 'read'])
})

test('stagger: intervals between nothing and twice the mean, and the rate stays', () => {
  const given = play(stagger(1, read), { slots: 10, tookNs: 1e6, atMost: 2_000 })
  const gaps = given.slice(1).map(({ timeNs }, index) => timeNs - (given[index]?.timeNs ?? 0))
  expect(Math.max(...gaps)).toBeLessThanOrEqual(2e6)
  expect(new Set(gaps).size).toBeGreaterThan(1_000)
  const meanNs = (given.at(-1)?.timeNs ?? 0) / (given.length - 1)
  expect(meanNs).toBeGreaterThan(0.95e6)
  expect(meanNs).toBeLessThan(1.05e6)
})

/** Asks once, for slot 0 of one. */
function ask(
  generator: Generator,
  timeNs: number,
): { readonly next?: Generator; readonly waitUntilNs?: number; readonly isDone?: true } {
  const step = generator.step({ timeNs, slot: 0, slots: [0], isBusy: () => false, random: () => 0.5 })
  return step === 'done' ? { isDone: true } : 'request' in step ? { next: step.next } : step
}

test('stagger: who is late catches up', () => {
  let generator = ask(stagger(1, read), 5e6).next
  for (const timeNs of [9e6, 9e6, 9e6, 9e6]) generator = ask(generator as Generator, timeNs).next
  expect(ask(generator as Generator, 9e6)).toEqual({ waitUntilNs: 10e6 })
})

test('timeLimit: who waits is woken at the end', () => {
  const limited = ask(timeLimit(1, stagger(100, read)), 0).next as Generator
  expect(ask(limited, 10)).toEqual({ waitUntilNs: 1e6 })
  expect(ask(limited, 1e6)).toEqual({ isDone: true })
})

test('stagger of what is done is done at once', () => {
  expect(play(stagger(1_000, limit(1, read)))).toHaveLength(1)
})

test('timeLimit: from the first request on', () => {
  const given = play(timeLimit(0.001, read), { slots: 1, tookNs: 100 })
  expect(given.map(({ timeNs }) => timeNs)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900])
  const slow = play(timeLimit(1, stagger(100, read)), { slots: 2 })
  expect(slow).toHaveLength(1)
})

test('phases: the next begins when all of the last has ended', () => {
  const given = play(phases(limit(3, read), limit(2, write)), { slots: 2, tookNs: 10 })
  expect(given.map(({ f, timeNs }) => [f, timeNs])).toEqual([
    ['read', 0],
    ['read', 0],
    ['read', 10],
    ['write', 20],
    ['write', 20],
  ])
})

test('eachProcessOnce: one for every process, also as a phase', () => {
  const given = play(phases(limit(5, write), eachProcessOnce({ f: 'drain' }), limit(1, read)), { slots: 3 })
  const drains = given.filter(({ f }) => f === 'drain')
  expect(drains.map(({ slot }) => slot).sort()).toEqual([0, 1, 2])
  expect(names(given).at(-1)).toBe('read')
})

test('perKey: groups of processes, a generator for each key', () => {
  const given = play(perKey({ keys: ['a', 'b', 'c', 'd', 'e'], processesPerKey: 2, generator: () => limit(4, read) }), {
    slots: 4,
  })
  expect(given).toHaveLength(20)
  const slotsOf = (key: string) => new Set(given.filter((one) => one.key === key).map(({ slot }) => slot))
  for (const key of ['a', 'c', 'e']) expect([...slotsOf(key)].sort()).toEqual([0, 1])
  for (const key of ['b', 'd']) expect([...slotsOf(key)].sort()).toEqual([2, 3])
})

test('perKey: phases within a key wait for its own processes only, and what follows waits for every key', () => {
  const generator = () => phases(limit(2, write), eachProcessOnce({ f: 'read' }))
  const given = play(
    phases(perKey({ keys: [1, 2, 3], processesPerKey: 2, generator }), limit(1, repeat({ f: 'end' }))),
    { slots: 4 },
  )
  expect(given.filter(({ f }) => f === 'write')).toHaveLength(6)
  expect(given.filter(({ f }) => f === 'read')).toHaveLength(6)
  expect(names(given).indexOf('end')).toBe(12)
})

test('perKey: processes that cannot be divided are refused', () => {
  expect(() => play(perKey({ keys: [1], processesPerKey: 2, generator: () => read }), { slots: 3 })).toThrow(
    /3 processes cannot work on keys by 2/,
  )
})

test('untilEnough: until enough was seen, and gives up', () => {
  let seen = 0
  const interesting = repeat(() => ({ f: `seen ${++seen}` }))
  expect(play(untilEnough({ seen: () => seen, minimum: 5, atMost: 100 }, interesting))).toHaveLength(5)
  expect(play(untilEnough({ seen: () => 0, minimum: 5, atMost: 8 }, read))).toHaveLength(8)
})

test('what a slot is asked to do hangs on the seed, and not on who comes first', () => {
  const generator = stagger(
    0.00001,
    mix([
      { weight: 1, generator: read },
      { weight: 2, generator: write },
    ]),
  )
  const bySlot = (given: readonly Given[], slot: number) =>
    given.filter((one) => one.slot === slot).map(({ f, input }) => [f, input])
  fc.assert(
    fc.property(fc.integer(), fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (seed, chance) => {
      const shuffled = (all: readonly number[]) =>
        all.toSorted((a, b) => ((a * 7919) % chance.next().value) - ((b * 104_729) % 7))
      const inOrder = play(generator, { slots: 3, seed, atMost: 200 })
      const inDisorder = play(generator, { slots: 3, seed, atMost: 200, order: shuffled })
      for (const slot of [0, 1, 2]) {
        const [one, other] = [bySlot(inOrder, slot), bySlot(inDisorder, slot)]
        const shared = Math.min(one.length, other.length)
        expect(other.slice(0, shared)).toEqual(one.slice(0, shared))
      }
    }),
    { numRuns: 50 },
  )
  const other = (seed: number) => JSON.stringify(bySlot(play(generator, { seed, atMost: 50 }), 0))
  expect(other(1)).not.toBe(other(2))
})
