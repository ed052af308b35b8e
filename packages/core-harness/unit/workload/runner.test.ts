import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { TimeDistribution } from '../../src/metrics/time-distribution.ts'
import { constantRate } from '../../src/workload/constant-rate.ts'
import { poisson } from '../../src/workload/poisson.ts'
import type { WorkloadResult } from '../../src/workload/result.ts'
import { runWorkload } from '../../src/workload/run-workload.ts'
import type { Snapshot } from '../../src/workload/runner.ts'
import { trace } from '../../src/workload/trace.ts'
import { iterations } from '../../src/workload/user-plan.ts'
import { defineWorkload } from '../../src/workload/workload.ts'
import { VirtualClock } from './virtual-clock.ts'
import { runVirtually } from './virtual-run.ts'

const perSecond = (ratePerSecond: number, durationMs = 1_000) => constantRate({ ratePerSecond, durationMs })

const nothing = (): void => undefined

function expectConserved(result: WorkloadResult): void {
  const { planned, completed, failed, dropped, inFlight, windows, tags } = result
  expect(completed + failed + dropped + inFlight).toBe(planned)
  const count = (encoded: string): number => TimeDistribution.of(encoded).count
  expect([count(result.response), count(result.service)]).toEqual([completed, completed])
  expect(count(result.lateness)).toBe(planned - dropped)
  const ofAll = windows.filter(({ tag }) => tag === null)
  const sum = (field: 'completed' | 'failed' | 'dropped'): number => ofAll.reduce((total, one) => total + one[field], 0)
  expect([sum('completed'), sum('failed'), sum('dropped')]).toEqual([completed, failed, dropped])
  expect(ofAll.reduce((total, { response }) => total + count(response), 0)).toBe(completed)
  expect(tags['work']).toMatchObject({ planned, completed, failed, dropped, inFlight })
}

test('nothing is lost count of, whatever operations do', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ratePerSecond: fc.integer({ min: 5, max: 100 }),
        maxConcurrency: fc.integer({ min: 1, max: 20 }),
        operationTimeoutMs: fc.integer({ min: 1, max: 500 }),
        seed: fc.integer({ min: 0, max: 1_000 }),
        endAtMs: fc.option(fc.integer({ min: 1, max: 3_000 })),
      }),
      async ({ ratePerSecond, seed, endAtMs, ...settings }) => {
        const ending = new AbortController()
        const result = await runVirtually(
          { arrival: poisson({ ratePerSecond, durationMs: 3_000, seed }), seed, ...settings },
          async ({ random }, clock) => {
            if (endAtMs !== null && clock.now() >= endAtMs) ending.abort()
            const kind = random()
            if (kind < 0.1) throw new Error('at once')
            if (kind < 0.2) return // At once, too.
            await clock.sleep(random() * 600)
            if (kind < 0.3) throw new Error('later')
            if (kind < 0.35) await new Promise(() => undefined)
          },
          { signal: ending.signal },
        )
        expectConserved(result)
        if (!ending.signal.aborted) expect(result.inFlight).toBe(0)
      },
    ),
    { numRuns: 40 },
  )
})

test('operations are sent at their due times, and answers do not hold them up', async () => {
  const sentMs: number[] = []
  const result = await runVirtually({ arrival: perSecond(100) }, async (_, clock) => {
    sentMs.push(clock.now())
    await clock.sleep(700)
  })
  expect(sentMs).toEqual(Array.from({ length: 100 }, (_, index) => index * 10))
  expect([result.durationMs, result.plannedPerSecond, result.achievedPerSecond]).toEqual([1_000, 100, 100])
  expect(result.problems).toEqual([])
})

test('the due time of an operation does not move when the one before it was late', async () => {
  const result = await runVirtually({ arrival: perSecond(100) }, async ({ index }, clock) => {
    if (index === 10) clock.block(205)
    await clock.sleep(1)
  })
  // 20 of 100 fell due while nothing could be sent: at 110, 120 … 300 ms, and were sent at 305 ms.
  const lateness = TimeDistribution.of(result.lateness)
  expect(lateness.percentileMs(79)).toBe(0)
  expect(lateness.percentileMs(81)).toBeCloseTo(5, 1)
  expect(lateness.percentileMs(100)).toBeCloseTo(195, 0)
  expect(TimeDistribution.of(result.response).percentileMs(100)).toBeCloseTo(206, 0)
  expect(TimeDistribution.of(result.service).percentileMs(99)).toBeCloseTo(1, 1)
  expect(result.problems).toMatchObject([{ kind: 'generator-late', found: expect.stringContaining('sent 185.') }])
})

test('what cannot start because as many as may run are running is dropped, and is no fault of the generator', async () => {
  const result = await runVirtually({ arrival: perSecond(100), maxConcurrency: 5 }, (_, clock) => clock.sleep(100))
  expect(result).toMatchObject({
    planned: 100,
    completed: 50,
    dropped: 50,
    failed: 0,
    achievedPerSecond: 50,
    problems: [],
  })
})

test('an operation past its deadline has failed, its signal is aborted, and its late answer is ignored', async () => {
  const aborted: unknown[] = []
  const result = await runVirtually(
    { arrival: perSecond(10), operationTimeoutMs: 300 },
    async ({ index, signal, onAbort, count, measure }, clock) => {
      signal.addEventListener('abort', () => aborted.push(signal.reason))
      onAbort((reason) => aborted.push(reason))
      await clock.sleep(index === 3 ? 400 : 100)
      count('answers')
      measure('answer', 1)
    },
  )
  expect(result).toMatchObject({ completed: 9, failed: 1, counters: { answers: 9 } })
  expect(aborted).toEqual([expect.any(Error), aborted[0]])
  expect(result.errors).toEqual([
    {
      operation: 'work',
      message: 'no answer within 300 ms from when it was due',
      count: 1,
      firstAtMs: expect.any(Number),
    },
  ])
  // Within the 10 ms in which deadlines are looked at.
  expect(result.errors[0]?.firstAtMs).toBeGreaterThan(600)
  expect(result.errors[0]?.firstAtMs).toBeLessThanOrEqual(610)
})

test('the deadline counts from when the operation was due, not from when it was sent', async () => {
  const result = await runVirtually({ arrival: perSecond(10), operationTimeoutMs: 150 }, async ({ index }, clock) => {
    if (index === 2) clock.block(200) // The next is sent 100 ms late.
    await clock.sleep(index === 3 ? 60 : 1)
  })
  expect(result).toMatchObject({ completed: 8, failed: 2 })
})

test('one that was sent late and is never answered has failed at its own deadline', async () => {
  const result = await runVirtually({ arrival: perSecond(10), operationTimeoutMs: 300 }, async ({ index }, clock) => {
    if (index === 2) clock.block(200) // The next is due at 300 ms, and sent at 400 ms.
    await (index === 3 ? new Promise(() => undefined) : clock.sleep(1))
  })
  expect(result).toMatchObject({ completed: 9, failed: 1 })
  expect(result.errors[0]?.firstAtMs).toBeGreaterThan(600)
  expect(result.errors[0]?.firstAtMs).toBeLessThanOrEqual(610)
})

test('an operation that throws at once has failed, and errors of one kind are counted together', async () => {
  const result = await runVirtually({ arrival: perSecond(10) }, ({ index }) => {
    if (index % 2 === 0) throw new Error('refused')
    if (index === 5) throw new TypeError('wrong')
  })
  expect(result).toMatchObject({ completed: 4, failed: 6 })
  expect(result.errors.map(({ message, count, firstAtMs }) => [message, count, firstAtMs])).toEqual([
    ['refused', 5, 0],
    ['wrong', 1, 500],
  ])
})

test('errors that differ each time fill no memory', async () => {
  const result = await runVirtually({ arrival: perSecond(1_000) }, ({ index }) => {
    throw new Error(`key ${index}`)
  })
  expect(result.failed).toBe(1_000)
  expect(result.errors).toHaveLength(20)
  expect(result.errors[0]).toMatchObject({ message: 'errors of other kinds', count: 800 })
})

test('operations are mixed by weight, as the seed decides, and know their tags', async () => {
  const mixed = async (seed: number) => {
    const order: string[] = []
    const clock = new VirtualClock()
    const operation = (name: string, weight: number, tags: readonly string[] = []) => ({
      name,
      weight,
      tags,
      run: async ({ random, tag }: { random: () => number; tag: (name: string) => void }) => {
        const drawn = random()
        order.push(`${name} ${drawn}`)
        if (drawn < 0.5) tag('cold')
        await clock.sleep(5)
      },
    })
    const operations = [operation('read', 3, ['cheap']), operation('write', 1)]
    const workload = defineWorkload({ name: 'mixed', arrival: perSecond(1_000, 4_000), operations, seed })
    return { order, result: await clock.pass(runWorkload(workload, { clock })) }
  }
  const [first, again, other] = [await mixed(1), await mixed(1), await mixed(2)]
  expect(again.order).toEqual(first.order)
  expect(other.order).not.toEqual(first.order)
  const { read, write, cheap, cold } = first.result.tags
  // Four standard deviations of the binomial distribution around 3,000 of 4,000, and around half.
  expect(Math.abs((read?.completed ?? 0) - 3_000)).toBeLessThan(110)
  expect(Math.abs((cold?.completed ?? 0) - 2_000)).toBeLessThan(127)
  expect((read?.completed ?? 0) + (write?.completed ?? 0)).toBe(4_000)
  expect(cheap).toEqual(read)
})

test('windows are by the second in which an operation was due', async () => {
  const result = await runVirtually({ arrival: perSecond(10, 3_000) }, (_, clock) => clock.sleep(1_500))
  expect(result.windows.map(({ second, tag, completed }) => [second, tag, completed])).toEqual(
    [0, 1, 2].flatMap((second) => [
      [second, null, 10],
      [second, 'work', 10],
    ]),
  )
})

test('a workload is ended early for a reason: what runs then is in flight, and is told', async () => {
  const told: string[] = []
  const snapshots: Snapshot[] = []
  const result = await runVirtually(
    { arrival: perSecond(10, 60_000) },
    async ({ onAbort }, clock) => {
      onAbort((reason) => told.push(reason.message))
      await clock.sleep(clock.now() < 2_000 ? 10 : 5_000)
    },
    {
      onProgress: (snapshot) => void snapshots.push(snapshot),
      judgeLive: (windows) => (windows.filter(({ tag }) => tag === null).length === 2 ? 'too slow' : undefined),
    },
  )
  expect(result.aborted).toEqual({ atMs: 2_000, why: 'too slow' })
  expect(result.inFlight).toBe(told.length)
  expect(told.every((message) => message === 'the workload was ended: too slow')).toBe(true)
  expect(snapshots.map(({ elapsedMs, completed }) => [elapsedMs, completed])).toEqual([
    [1_000, 10],
    [2_000, 20],
  ])
  expectConserved(result)
})

test('ending it does not wait for the next arrival', async () => {
  const ending = new AbortController()
  const arrival = perSecond(0.01, 600_000)
  const result = await runVirtually({ arrival }, () => ending.abort('enough'), { signal: ending.signal })
  expect(result.aborted).toEqual({ atMs: 0, why: 'enough' })
})

test('set-up comes before and tear-down after, also when an operation or the set-up fails', async () => {
  const events: string[] = []
  const clock = new VirtualClock()
  const workload = defineWorkload({
    name: 'framed',
    arrival: perSecond(2),
    operations: [{ name: 'work', run: ({ state }) => void events.push(`work with ${state}`) }],
    setup: async () => {
      await clock.sleep(5_000)
      return 'a client'
    },
    teardown: (state) => void events.push(`close ${state}`),
  })
  const result = await clock.pass(runWorkload(workload, { clock }))
  expect(events).toEqual(['work with a client', 'work with a client', 'close a client'])
  // The time of the set-up is not the workload's.
  expect(TimeDistribution.of(result.response).percentileMs(100)).toBe(0)
  const failing = { ...workload, setup: () => Promise.reject(new Error('no connection')) }
  await expect(clock.pass(runWorkload(failing, { clock }))).rejects.toThrow('no connection')
})

test('iterations end with the last answer', async () => {
  const result = await runVirtually({ arrival: iterations({ users: 3, iterations: 10 }) }, (_, clock) =>
    clock.sleep(100),
  )
  expect(result).toMatchObject({ kind: 'closed', planned: 10, completed: 10, durationMs: 400, plannedPerSecond: null })
})

test.each([
  ['no operations', { operations: [] }, /it has no operations/],
  ['a name twice', { operations: ['a', 'a'].map((name) => ({ name, run: nothing })) }, /two operations are named "a"/],
  ['a weight of zero', { operations: [{ name: 'a', weight: 0, run: nothing }] }, /the weight of "a" is 0/],
  ['a bound of zero', { maxConcurrency: 0 }, /maxConcurrency is 0/],
  ['no time', { operationTimeoutMs: 0 }, /operationTimeoutMs is 0/],
  ['a seed that is none', { seed: 0.5 }, /its seed is 0.5/],
])('%s is refused', (_, change, message) => {
  const good = { name: 'x', arrival: perSecond(1), operations: [{ name: 'a', run: nothing }] }
  expect(() => defineWorkload({ ...good, ...change })).toThrow(message)
})

test('threads need the workload in a module of its own', async () => {
  await expect(
    runWorkload({ name: 'x', arrival: perSecond(1), operations: [{ name: 'a', run: nothing }] }, { threads: 2 }),
  ).rejects.toThrow(/its operations are code of this one/)
})

test('a trace that is missing is told as such', () => {
  expect(() => trace('/nowhere/at/all.csv')).toThrow(/reading the trace/)
})
