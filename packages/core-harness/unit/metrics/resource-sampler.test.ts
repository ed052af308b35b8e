import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

import { expect, test } from '@jest/globals'

import { watchResources } from '../../src/metrics/resource-sampler.ts'
import type { ResourceFigure } from '../../src/metrics/resource-probe.ts'
import type { ResourceSeries } from '../../src/metrics/resource-series.ts'

/** A probe that answers each look with the next of its answers, and a clock that says a second for each look. */
function scripted(answers: readonly (readonly ResourceFigure[] | Error)[]) {
  let looks = 0
  let enough: () => void = () => undefined
  const seen = new Promise<void>((resolve) => (enough = resolve))
  return {
    seen,
    now: () => looks * 1_000,
    probe: () => {
      const answer = answers[Math.min(looks, answers.length - 1)]
      looks += 1
      if (looks >= answers.length) enough()
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? [])
    },
  }
}

async function watch(answers: readonly (readonly ResourceFigure[] | Error)[]): Promise<ResourceSeries[]> {
  const { probe, now, seen } = scripted(answers)
  const sampler = watchResources([{ of: 'it', probe }], { everyMs: 2, now })
  await seen
  return await sampler.stop()
}

function memory(value: number): ResourceFigure[] {
  return [{ metric: 'rss', unit: 'bytes', value }]
}

function hits(value: number): ResourceFigure[] {
  return [{ metric: 'hits', unit: 'per-second', value, cumulative: true }]
}

test('gives start, peak, end, mean and growth by minute', async () => {
  const [series] = await watch([100, 110, 150, 130, 140].map(memory))
  expect(series).toEqual({
    of: 'it',
    metric: 'rss',
    unit: 'bytes',
    samples: [100, 110, 150, 130, 140].map((value, index) => [(index + 1) * 1_000, value]),
    start: 100,
    peak: 150,
    end: 140,
    mean: 126,
    // By second six of the ten slopes are 10.
    growthPerMinute: 600,
  })
})

test('keeps the rate of what counts up, and begins anew where the count does', async () => {
  const [series] = await watch([1_000, 1_010, 1_030, 5, 25].map(hits))
  // Each look takes a second here, and a rate is one over the longest time that it can be: from when the last was asked.
  expect(series?.samples.map(([, value]) => value)).toEqual([5, 10, 10])
})

test('looks that come together, after a pause of this process, make no rate of their own', async () => {
  const counts = [0, 10, 40, 60]
  // Of each look, when it is asked and when it has answered; the third comes right after the second.
  const looksMs = [0, 0, 4, 4, 5, 5, 10, 10]
  const clockMs = [0, ...looksMs]
  let asked = 0
  const seen = Promise.withResolvers<void>()
  const probe = () => {
    const [figures] = [hits(counts[Math.min(asked, 3)]!)]
    if (++asked === counts.length) seen.resolve()
    return Promise.resolve(figures)
  }
  const sampler = watchResources([{ of: 'it', probe }], { everyMs: 4, now: () => clockMs.shift() ?? 10 })
  await seen.promise
  const [series] = await sampler.stop()
  expect(series?.samples).toEqual([
    [4, 2_500],
    [10, 50 / 0.006],
  ])
})

test('what goes away ends its series, and says so', async () => {
  const [series] = await watch([memory(1), memory(2), new Error('connection refused')])
  expect(series?.samples.map(([, value]) => value)).toEqual([1, 2])
  expect(series?.ended?.why).toBe('connection refused')
})

test('what comes back goes on', async () => {
  const [series] = await watch([memory(1), new Error('paused'), memory(3), memory(4)])
  expect(series?.samples.map(([, value]) => value)).toEqual([1, 3, 4])
  expect(series?.ended).toBeUndefined()
})

test('what was never there is an empty series that says why, and does not stop the others', async () => {
  const { probe, now, seen } = scripted([memory(1), memory(2)])
  const gone = () => Promise.reject(new Error('nobody listens'))
  const broken = () => Promise.resolve([{ metric: 'rss', unit: 'bytes', value: NaN } as const])
  const sampler = watchResources(
    [
      { of: 'gone', probe: gone },
      { of: 'broken', probe: broken },
      { of: 'it', probe },
    ],
    { everyMs: 2, now },
  )
  await seen
  const [first, second, third] = await sampler.stop()
  expect(first).toMatchObject({ of: 'gone', samples: [], peak: 0, ended: { why: 'nobody listens' } })
  expect(second?.ended?.why).toContain('NaN')
  expect(third?.samples.length).toBeGreaterThanOrEqual(2)
})

test('a probe that takes long is not asked again meanwhile', async () => {
  let [asked, running, most] = [0, 0, 0]
  const { probe: ticking, seen: manyTicks } = scripted(Array.from({ length: 8 }, () => memory(1)))
  const slow = async () => {
    asked += 1
    running += 1
    most = Math.max(most, running)
    await manyTicks
    running -= 1
    return memory(asked)
  }
  const targets = [
    { of: 'slow', probe: slow },
    { of: 'ticking', probe: ticking },
  ]
  const sampler = watchResources(targets, { everyMs: 2 })
  await manyTicks
  expect(asked).toBe(1)
  await sampler.stop()
  expect(most).toBe(1)
})

const HELD_BYTES = 200 * 2 ** 20
/** It may have been some looks ago when the sampler looked last. */
const SEEN_BYTES = HELD_BYTES / 2

/** Holds 8 MiB more every 20 ms and burns CPU, in a child of its own. */
const GROWING = `
  const kept = []
  const grow = () => { kept.push(Buffer.alloc(8 * 2 ** 20, 1)); if (kept.length < 25) setTimeout(grow, 20) }
  grow()
  const burn = () => { const end = Date.now() + 15; while (Date.now() < end); setImmediate(burn) }
  burn()
`

function startTree(): ChildProcess {
  const starts = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(GROWING)}], { stdio: 'ignore' })`
  // A process group of its own, so that both can be ended at once.
  return spawn(process.execPath, ['-e', `${starts}; setInterval(() => {}, 1000)`], {
    stdio: 'ignore',
    detached: true,
  })
}

test('sees the CPU and the memory of a process and its children, and when it ends', async () => {
  const parent = startTree()
  try {
    await once(parent, 'spawn')
    const sampler = watchResources([{ of: 'tree', pid: Number(parent.pid) }], { everyMs: 50 })
    await holds(Number(parent.pid), HELD_BYTES, performance.now() + 30_000)
    process.kill(-Number(parent.pid), 'SIGKILL')
    await once(parent, 'exit')
    const series = await sampler.stop()
    const of = (metric: string) => series.find((one) => one.metric === metric)
    expect(of('rss')?.unit).toBe('bytes')
    expect(of('rss')?.peak).toBeGreaterThan(SEEN_BYTES)
    expect(of('rss')?.growthPerMinute).toBeGreaterThan(0)
    // It wants a whole core; on a busy machine it gets a part of one.
    expect(of('cpu')?.unit).toBe('cores')
    expect(of('cpu')?.peak).toBeGreaterThan(0.1)
    expect(of('cpu')?.peak).toBeLessThan(8)
    expect(of('rss')?.ended?.why).toContain('has ended')
  } finally {
    if (parent.exitCode === null && parent.signalCode === null) process.kill(-Number(parent.pid), 'SIGKILL')
  }
})

/** Waits until a tree of processes holds so much memory. */
async function holds(pid: number, bytes: number, until: number): Promise<void> {
  for (;;) {
    const sampler = watchResources([{ of: 'tree', pid }], { everyMs: 10 })
    const rss = (await sampler.stop()).find(({ metric }) => metric === 'rss')
    if (Number(rss?.peak) > bytes) return
    if (performance.now() > until) throw new Error(`the tree holds ${rss?.peak} bytes`)
  }
}
