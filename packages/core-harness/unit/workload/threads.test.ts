import { expect, test } from '@jest/globals'

import type { WorkloadResult } from '../../src/workload/result.ts'
import { runWorkload } from '../../src/workload/run-workload.ts'
import { workloadModule } from '../../src/workload/workload-module.ts'

const counted = (parameters: object) =>
  workloadModule(new URL('fixtures/counted-workload.ts', import.meta.url), parameters)

function issued({ counters }: WorkloadResult): string[] {
  return Object.keys(counters)
    .filter((name) => !name.startsWith('in thread'))
    .toSorted()
}

test('the same seed gives the same operations, whatever the number of threads', async () => {
  const workload = counted({ ratePerSecond: 400, durationMs: 500 })
  const [alone, three] = [await runWorkload(workload), await runWorkload(workload, { threads: 3 })]
  expect(issued(three)).toEqual(issued(alone))
  expect(three).toMatchObject({ planned: 200, completed: 200, generator: { threads: 3 }, plannedPerSecond: 400 })
  expect(['in thread 0', 'in thread 1', 'in thread 2'].map((name) => three.counters[name])).toEqual([67, 67, 66])
  expect(three.tags['read']?.completed).toBe(alone.tags['read']?.completed)
})

test('no thread begins before all are set up', async () => {
  const setUp = new Int32Array(new SharedArrayBuffer(4))
  const { counters } = await runWorkload(counted({ ratePerSecond: 200, durationMs: 250, setUp }), { threads: 2 })
  expect(Object.keys(counters).filter((name) => name.endsWith('set up'))).toEqual(['with 2 set up'])
})

test('progress is told of all threads together, and a reason ends them all', async () => {
  const seconds: (number | undefined)[] = []
  const result = await runWorkload(counted({ ratePerSecond: 100, durationMs: 30_000 }), {
    threads: 2,
    onProgress: ({ windows }) => seconds.push(windows.findLast(({ tag }) => tag === null)?.completed),
    judgeLive: (windows) => (windows.some(({ tag }) => tag === null) ? 'enough is known' : undefined),
  })
  expect(result.aborted?.why).toBe('enough is known')
  expect(seconds.at(-1)).toBe(100)
  expect(result.durationMs).toBeLessThan(30_000)
})

test('a signal ends all threads', async () => {
  const ending = new AbortController()
  const result = await runWorkload(counted({ ratePerSecond: 100, durationMs: 30_000 }), {
    threads: 2,
    signal: ending.signal,
    onProgress: () => ending.abort(),
  })
  expect(result.aborted?.why).toBe('it was interrupted')
})

test('a thread that fails ends them all, and says why', async () => {
  const workload = counted({ ratePerSecond: 10, durationMs: 30_000, failSetUpInShard: 1 })
  await expect(runWorkload(workload, { threads: 2 })).rejects.toThrow('thread 1 has no connection')
})

test('a module that makes no workload is told as such', async () => {
  await expect(runWorkload(workloadModule('file:///nowhere.ts'))).rejects.toThrow(/loading the workload nowhere.ts/)
  const noFunction = new URL('virtual-clock.ts', import.meta.url)
  await expect(runWorkload(workloadModule(noFunction))).rejects.toThrow(/it has no default export that is a function/)
})
