import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { TimeDistribution } from '../../src/metrics/time-distribution.ts'
import { mergeResults } from '../../src/workload/merge.ts'
import { poisson } from '../../src/workload/poisson.ts'
import type { WorkloadResult } from '../../src/workload/result.ts'
import { runShard } from '../../src/workload/runner.ts'
import type { Shard } from '../../src/workload/shard.ts'
import { iterations } from '../../src/workload/user-plan.ts'
import type { UserPlan } from '../../src/workload/user-plan.ts'
import type { Pacer } from '../../src/workload/pacer.ts'
import { defineWorkload } from '../../src/workload/workload.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A workload whose operations take what their own random numbers say, whoever issues them. */
async function run(arrival: Pacer | UserPlan, seed: number, shard: Shard): Promise<WorkloadResult> {
  const clock = new VirtualClock()
  const work = async ({ random, count, measure, tag }: Context): Promise<void> => {
    const tookMs = random() * 400
    if (random() < 0.3) tag('cold')
    await clock.sleep(tookMs)
    if (random() < 0.1) throw new Error('refused')
    count('hits')
    measure('own', tookMs / 2)
  }
  const operations = [
    { name: 'read', weight: 2, tags: ['cheap'], run: work },
    { name: 'write', run: work },
  ]
  const workload = defineWorkload({ name: 'shared', arrival, operations, seed, operationTimeoutMs: 390 })
  return clock.pass(runShard(workload, { clock, shard }))
}

type Context = {
  random: () => number
  count: (name: string) => void
  measure: (name: string, ms: number) => void
  tag: (name: string) => void
}

/** All that does not hang on who measured it. */
function measuredBy({ generator: _generator, startedAt: _startedAt, ...measured }: WorkloadResult): object {
  const { achievedPerSecond, plannedPerSecond, ...rest } = measured
  return { ...rest, achieved: achievedPerSecond.toFixed(6), planned: plannedPerSecond?.toFixed(6) }
}

test('shards merged are the whole, bucket for bucket', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 5 }),
      fc.integer({ min: 10, max: 80 }),
      fc.integer({ min: 0, max: 1_000 }),
      async (of, ratePerSecond, seed) => {
        const arrival = () => poisson({ ratePerSecond, durationMs: 3_000, seed })
        const whole = await run(arrival(), seed, { index: 0, of: 1 })
        const shards = await Promise.all(Array.from({ length: of }, (_, index) => run(arrival(), seed, { index, of })))
        const merged = mergeResults(shards)
        // Windows of one second are in the order in which their tags were first seen, which is no one's concern.
        const sorted = (result: WorkloadResult) => ({
          ...measuredBy(result),
          windows: result.windows.toSorted((a, b) => a.second - b.second || String(a.tag).localeCompare(String(b.tag))),
        })
        expect(sorted(merged)).toEqual(sorted(whole))
        expect(merged.generator.threads).toBe(of)
      },
    ),
    { numRuns: 15 },
  )
})

test('in which order, and in which groups, results are merged makes no difference', async () => {
  const arrival = () => poisson({ ratePerSecond: 50, durationMs: 2_000, seed: 5 })
  const shards = await Promise.all([0, 1, 2].map((index) => run(arrival(), 5, { index, of: 3 })))
  const [a, b, c] = shards as [WorkloadResult, WorkloadResult, WorkloadResult]
  const [one, other] = [mergeResults([mergeResults([a, b]), c]), mergeResults([c, mergeResults([b, a])])]
  expect([other.response, other.service, other.lateness]).toEqual([one.response, one.service, one.lateness])
  expect([other.completed, other.failed, other.counters]).toEqual([one.completed, one.failed, one.counters])
})

test('iterations are shared: together they are as many as of one', async () => {
  const plan = iterations({ users: 6, iterations: 100 })
  const shards = await Promise.all([0, 1, 2, 3].map((index) => run(plan, 9, { index, of: 4 })))
  const [merged, whole] = [mergeResults(shards), await run(plan, 9, { index: 0, of: 1 })]
  expect([merged.planned, merged.completed, merged.failed]).toEqual([100, whole.completed, whole.failed])
  expect(merged.measures).toEqual(whole.measures)
})

test('whether a measurement is good is judged once, of all of it', async () => {
  const arrival = () => poisson({ ratePerSecond: 50, durationMs: 2_000, seed: 5 })
  const [good, late] = await Promise.all([0, 1].map((index) => run(arrival(), 5, { index, of: 2 })))
  if (!good || !late) throw new Error('two were run')
  const lateOnes = { ...late, lateness: late.response, generator: { threads: 1, busiestThread: 0.95 } }
  const merged = mergeResults([good, lateOnes])
  expect(merged.problems.map(({ kind }) => kind)).toEqual(['generator-late', 'generator-saturated'])
  expect(mergeResults([good, lateOnes], { latenessBudgetMs: 1_000 }).problems.map(({ kind }) => kind)).toEqual([
    'generator-saturated',
  ])
  expect(TimeDistribution.of(merged.lateness).count).toBe(good.planned + late.completed)
})

test('results of different workloads are not merged', async () => {
  const one = await run(iterations({ users: 1, iterations: 1 }), 1, { index: 0, of: 1 })
  expect(() => mergeResults([one, { ...one, seed: 2 }])).toThrow(/one has the seed "1", another "2"/)
  expect(() => mergeResults([one, { ...one, name: 'other' }])).toThrow(/one has the name "shared", another "other"/)
  expect(() => mergeResults([])).toThrow(/there are none/)
})
