import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { monotonic } from '../../../src/history/checkers/monotonic.ts'
import { perKeyOrder } from '../../../src/history/checkers/per-key-order.ts'
import { setFull } from '../../../src/history/checkers/set-full.ts'
import { latestEffectNs } from '../../../src/history/operation.ts'
import type { Json, Operation } from '../../../src/history/operation.ts'
import { history } from '../hand-written.ts'
import type { Call } from '../hand-written.ts'

/** Calls at random, right or wrong, whose times are few enough to meet often. */
function calls(f: string, input: fc.Arbitrary<Json>, output: fc.Arbitrary<Json>): fc.Arbitrary<Call> {
  const outcome = fc.constantFrom('ok', 'ok', 'ok', 'info', 'fail')
  const process = fc.integer({ min: 0, max: 2 })
  return fc
    .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 5 }), input, output, outcome, process)
    .map(([from, length, given, found, how, who]) => {
      const answer = how === 'ok' ? found : null
      return [from, from + length, f, given, answer, { outcome: how as Operation['outcome'], process: who }]
    })
}

function histories(...kinds: readonly fc.Arbitrary<Call>[]): fc.Arbitrary<Operation[]> {
  return fc.array(fc.oneof(...kinds), { maxLength: 14 }).map((all) => history(...all))
}

const nothing = fc.constant(null)
const small = fc.integer({ min: 1, max: 4 })
const isOk = ({ outcome }: Operation): boolean => outcome === 'ok'
const endNs = (all: readonly Operation[]): number => Math.min(...all.map(({ completedNs }) => completedNs))

test('set-full: each element against each read, as its definition says', () => {
  const one = histories(calls('add', small, nothing), calls('read', nothing, fc.array(small, { maxLength: 5 })))
  fc.assert(
    fc.property(one, (operations) => {
      const reads = operations.filter(({ f }) => f === 'read').filter(isOk)
      const holds = ({ output }: Operation, element: number): boolean => (output as number[]).includes(element)
      const expected = { lost: 0, stale: 0, stable: 0, neverRead: 0, unexpected: 0, duplicate: 0 }
      for (const element of [1, 2, 3, 4]) {
        const adds = operations.filter(
          ({ f, input, outcome }) => f === 'add' && input === element && outcome !== 'fail',
        )
        const begunNs = Math.min(...adds.map(({ invokedNs }) => invokedNs))
        const present = reads.filter((read) => read.completedNs >= begunNs && holds(read, element))
        for (const { output, completedNs } of reads) {
          const times = (output as number[]).filter((held) => held === element).length
          if (completedNs < begunNs) expected.unexpected += times
          else expected.duplicate += Math.max(0, times - 1)
        }
        const knownNs = endNs([...adds.filter(isOk), ...present])
        const missed = reads.filter((read) => read.invokedNs > knownNs && !holds(read, element))
        const lastMissedNs = Math.max(...missed.map(({ invokedNs }) => invokedNs))
        const isHeldAfter = present.some(({ completedNs }) => completedNs >= lastMissedNs)
        if (knownNs === Infinity) continue
        else if (missed.length > 0 && !isHeldAfter) expected.lost += 1
        else if (present.length === 0) expected.neverRead += 1
        else expected.stable += 1
        if (missed.length > 0 && isHeldAfter) expected.stale += 1
      }
      expect(setFull.check(operations, setFull.options.parse({ linearizable: true })).counts).toMatchObject(expected)
    }),
    { numRuns: 1_000 },
  )
})

test('per-key-order: each message against each other, as its definition says', () => {
  const one = histories(calls('produce', small, nothing), calls('consume', nothing, fc.array(small, { maxLength: 3 })))
  fc.assert(
    fc.property(one, (operations) => {
      const produces = operations.filter(({ f, outcome }) => f === 'produce' && outcome !== 'fail')
      const consumes = operations.filter(({ f }) => f === 'consume').filter(isOk)
      const messages = [1, 2, 3, 4].map((value) => {
        const attempts = produces.filter(({ input }) => input === value)
        return {
          attempts,
          fromNs: Math.min(...attempts.map(({ invokedNs }) => invokedNs)),
          toNs: Math.min(...attempts.map(latestEffectNs)),
          deliveries: consumes.flatMap((by) =>
            (by.output as number[]).flatMap((found, place) => (found === value ? [{ by, place }] : [])),
          ),
        }
      })
      const known = messages.filter(({ attempts }) => attempts.length > 0)
      type Delivery = (typeof messages)[number]['deliveries'][number]
      const comesBefore = (a: Delivery, b: Delivery): boolean =>
        a.by === b.by ? a.place < b.place : a.by.completedNs < b.by.invokedNs
      const inverted = known.filter(
        (early) =>
          early.deliveries.length > 0 &&
          known.some(
            (late) =>
              early.toNs < late.fromNs &&
              late.deliveries.some((one) => early.deliveries.every((other) => comesBefore(one, other))),
          ),
      )
      const passedOver = known.filter(
        (early) =>
          early.attempts.some(isOk) &&
          early.deliveries.length === 0 &&
          known.some((late) => late.deliveries.length > 0 && early.toNs < late.fromNs),
      )
      const { counts } = perKeyOrder.check(operations, perKeyOrder.options.parse({}))
      expect(counts).toMatchObject({
        inversion: inverted.length,
        redelivery: known.reduce(
          (sum, { attempts, deliveries }) => sum + Math.max(0, deliveries.length - attempts.length),
          0,
        ),
      })
      expect(Number(counts.gap) + Number(counts.doubtfulGaps)).toBe(passedOver.length)
    }),
    { numRuns: 1_000 },
  )
})

test('monotonic: each read against each write and each read of its session, as its definition says', () => {
  const one = histories(calls('write', small, nothing), calls('read', nothing, small))
  fc.assert(
    fc.property(one, (operations) => {
      const writes = operations.filter(({ f, outcome }) => f === 'write' && outcome !== 'fail')
      const expected = { stale: 0, backward: 0, unexpected: 0 }
      const seen = new Map<number, number>()
      for (const read of operations.filter(({ f }) => f === 'read').filter(isOk)) {
        const found = Number(read.output)
        if (!writes.some(({ input, invokedNs }) => input === found && invokedNs <= read.completedNs)) {
          expected.unexpected += 1
          continue
        }
        const acknowledged = writes.filter(isOk).filter(({ completedNs }) => completedNs < read.invokedNs)
        const isStale = acknowledged.some(({ input }) => Number(input) > found)
        const isBackward = Number(seen.get(read.process)) > found
        expected.stale += Number(isStale)
        expected.backward += Number(isBackward)
        if (!isStale && !isBackward) seen.set(read.process, found)
      }
      expect(monotonic.check(operations, monotonic.options.parse({})).counts).toMatchObject(expected)
    }),
    { numRuns: 1_000 },
  )
})
