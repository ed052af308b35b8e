import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { TimeDistribution } from '../../src/metrics/time-distribution.ts'
import { DueQueue } from '../../src/workload/due-queue.ts'
import { rampingUsers } from '../../src/workload/ramping-users.ts'
import { shardOfUsers } from '../../src/workload/shard.ts'
import { userBatches } from '../../src/workload/user-batches.ts'
import { constantUsers, iterations } from '../../src/workload/user-plan.ts'
import type { UserPlan } from '../../src/workload/user-plan.ts'
import { runVirtually } from './virtual-run.ts'

/** How many operations run at each moment, when each takes 20 ms. */
async function concurrencyOf(arrival: UserPlan): Promise<(atMs: number) => number> {
  const runs: { readonly fromMs: number; readonly toMs: number }[] = []
  await runVirtually({ arrival }, async (_, clock) => {
    const fromMs = clock.now()
    await clock.sleep(20)
    runs.push({ fromMs, toMs: clock.now() })
  })
  return (atMs) => runs.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs).length
}

test('constant users: each has one operation at a time', async () => {
  const concurrency = await concurrencyOf(constantUsers({ users: 7, durationMs: 1_000 }))
  expect([0, 500, 999].map(concurrency)).toEqual([7, 7, 7])
})

test('ramping users come, and go, in a straight line', async () => {
  const up = await concurrencyOf(rampingUsers({ from: 0, to: 20, durationMs: 2_000 }))
  const down = await concurrencyOf(rampingUsers({ from: 20, to: 2, durationMs: 1_800 }))
  // A user that is to go ends its operation first, and one that is to come waits for the next look: up to 20 and 10 ms.
  for (const atMs of [405, 1_005, 1_605]) {
    expect(Math.abs(up(atMs) - atMs / 100)).toBeLessThanOrEqual(1)
    expect(Math.abs(down(atMs) - (20 - atMs / 100))).toBeLessThanOrEqual(1)
  }
})

test('batches: 25 users, and then 25 more', async () => {
  const plan = userBatches({ size: 25, batches: 4, everyMs: 500, holdMs: 1_000 })
  const concurrency = await concurrencyOf(plan)
  expect([plan.durationMs, plan.mostUsers]).toEqual([2_500, 100])
  expect([250, 750, 1_250, 1_750, 2_400].map(concurrency)).toEqual([25, 50, 75, 100, 100])
})

test('users think between their operations, and thinking is not waiting', async () => {
  const starts: number[] = []
  const result = await runVirtually(
    { arrival: constantUsers({ users: 1, durationMs: 1_000 }), thinkTimeMs: 90 },
    async (_, clock) => {
      starts.push(clock.now())
      await clock.sleep(10)
    },
  )
  expect(starts).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900])
  expect(TimeDistribution.of(result.response).percentileMs(100)).toBeCloseTo(10, 1)
})

test('drawn think times hang on the seed', async () => {
  const starts = async (seed: number): Promise<number[]> => {
    const at: number[] = []
    const thinkTimeMs = (random: () => number): number => 10 + 50 * random()
    await runVirtually(
      { arrival: constantUsers({ users: 2, durationMs: 500 }), thinkTimeMs, seed },
      async (_, clock) => {
        at.push(clock.now())
        await clock.sleep(1)
      },
    )
    return at
  }
  expect(await starts(1)).toEqual(await starts(1))
  expect(await starts(2)).not.toEqual(await starts(1))
})

test('users whose operations end at once do not keep the time from passing', async () => {
  const result = await runVirtually({ arrival: constantUsers({ users: 3, durationMs: 100 }) }, (_, clock) =>
    clock.block(1),
  )
  expect(result.completed).toBeGreaterThanOrEqual(99)
  expect(result.completed).toBeLessThanOrEqual(103)
})

test('shards have all users and all iterations between them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 3_000 }),
      (of, users, atMs) => {
        const shards = (plan: UserPlan) => Array.from({ length: of }, (_, index) => shardOfUsers(plan, { index, of }))
        const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)
        const ramp = rampingUsers({ from: 0, to: users, durationMs: 2_000 })
        expect(sum(shards(ramp).map((one) => one.usersAt(atMs)))).toBe(ramp.usersAt(atMs))
        const counted = iterations({ users, iterations: users * 3 })
        expect(sum(shards(counted).map((one) => one.iterations ?? 0))).toBe(users * 3)
      },
    ),
  )
})

test('whoever is due first is taken first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), (dueMs) => {
      const queue = new DueQueue()
      for (const [user, due] of dueMs.entries()) queue.add(due, user)
      const taken: number[] = []
      for (let user = queue.take(); user !== undefined; user = queue.take()) taken.push(dueMs[user] as number)
      expect(taken).toEqual(dueMs.toSorted((a, b) => a - b))
      expect([queue.size, queue.nextDueMs]).toEqual([0, Infinity])
    }),
  )
})

test.each([
  [() => constantUsers({ users: 0, durationMs: 1 }), /number of users is 0/],
  [() => constantUsers({ users: 1, durationMs: -1 }), /duration is -1/],
  [() => rampingUsers({ from: 0, to: 0, durationMs: 1 }), /number of users is 0/],
  [() => userBatches({ size: 2.5, batches: 1, everyMs: 1, holdMs: 1 }), /size of a batch is 2.5/],
  [() => iterations({ users: 1, iterations: Infinity }), /number of iterations is Infinity/],
])('a plan that makes no sense is refused', (plan, message) => {
  expect(plan).toThrow(message)
})
