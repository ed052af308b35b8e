import { TimeDistribution } from '../../src/metrics/index.ts'
import { median } from '../../src/statistics/median.ts'
import { theilSenSlope } from '../../src/statistics/theil-sen.ts'
import type { AutocannonReport } from './autocannon.ts'
import type { GapsReport } from './gaps.ts'
import type { GeneratorReport, GeneratorTask } from './generator.ts'
import { reportOf } from './pinned.ts'
import { truthMs } from './truth.ts'

/** One line of the table. */
export interface Measurement {
  readonly what: string
  readonly found: string
  readonly target: string
  /** Undefined without a target. */
  readonly isMet?: boolean
}

const PERCENTILES = [50, 75, 90, 95, 99, 99.5, 99.9]
const STALL_MS = 1_400
const CONNECTIONS = 32

const generate = (task: GeneratorTask): Promise<GeneratorReport> =>
  reportOf<GeneratorReport>('generator', 'generator.ts', [JSON.stringify(task)])

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
const milliseconds = (value: number | undefined): string => (value === undefined ? 'none' : `${value.toFixed(3)} ms`)

/** Every percentile against what users wait, in an open workload; and that a closed one misses it. */
export async function measureTruth(url: string): Promise<Measurement[]> {
  const durationMs = 20_000
  const task = {
    url,
    path: '/timed',
    durationMs,
    connections: 1_000,
    transport: 'plain',
    before: `/stall?afterMs=8000&lengthMs=${STALL_MS}`,
  } as const
  const open = await generate({ ...task, arrival: { ratePerSecond: 500 } })
  const closed = await generate({ ...task, arrival: { users: 25 }, thinkTimeMs: 10 })
  const [correct, naive] = [open, closed].map(({ result }) => TimeDistribution.of(result.response)) as [
    TimeDistribution,
    TimeDistribution,
  ]
  const isOff = (is: number | undefined, truth: number): boolean =>
    !(Math.abs((is ?? NaN) - truth) <= Math.max(1, truth / 100))
  const lines = PERCENTILES.map((percentile) => {
    const [truth, is] = [truthMs(percentile, durationMs, STALL_MS), correct.percentileMs(percentile)]
    const found = `${milliseconds(is)}, and a closed workload says ${milliseconds(naive.percentileMs(percentile))}`
    const target = `${milliseconds(truth)} ± 1 % or 1 ms`
    return { what: `truth: p${percentile} with a stall of 1.4 s`, found, target, isMet: !isOff(is, truth) }
  })
  const misses = PERCENTILES.filter((one) => isOff(naive.percentileMs(one), truthMs(one, durationMs, STALL_MS)))
  return [
    ...lines,
    {
      what: 'truth: the check fails for a closed workload',
      found: `off at ${misses.map((one) => `p${one}`).join(', ')}`,
      target: 'p95 and p99 among them',
      isMet: [95, 99].every((one) => misses.includes(one)),
    },
  ]
}

/** What no generator can do better than: while the machine does not let it run, nothing is sent. */
export async function measureMachine(): Promise<Measurement[]> {
  const { perSecond, longestMs } = await reportOf<GapsReport>('generator', 'gaps.ts', [])
  const found = `away ${perSecond.toFixed(1)} times a second, for up to ${milliseconds(longestMs)}`
  return [{ what: 'machine: the core of a process that only looks at the time', found, target: '' }]
}

/** How exactly a rate is kept, and how late operations are sent. */
export async function measureRate(url: string, ratePerSecond: number, note = ''): Promise<Measurement[]> {
  const arrival = { ratePerSecond }
  const task = { url, path: '/', durationMs: 10_000, connections: 500, transport: 'plain', arrival } as const
  const { result, cpuSeconds } = await generate(task)
  const { achievedPerSecond, plannedPerSecond, lateness, response, dropped } = result
  const error = Math.abs(achievedPerSecond / (plannedPerSecond ?? NaN) - 1)
  const [late, answered] = [TimeDistribution.of(lateness), TimeDistribution.of(response)]
  const p99 = late.percentileMs(99) ?? Infinity
  const what = `open at ${Math.round(ratePerSecond)}/s${note}`
  return [
    {
      what: `${what}: rate`,
      found: `off by ${(error * 100).toFixed(3)} %, ${dropped} dropped`,
      target: '≤ 0.1 %',
      isMet: error <= 0.001,
    },
    {
      what: `${what}: lateness p99`,
      found: `${milliseconds(p99)} (p50 ${milliseconds(late.percentileMs(50))}, p99.9 ${milliseconds(late.percentileMs(99.9))})`,
      target: '≤ 1 ms',
      isMet: p99 <= 1,
    },
    {
      what: `${what}: response`,
      found: `p50 ${milliseconds(answered.percentileMs(50))}, p99 ${milliseconds(answered.percentileMs(99))}, ${(cpuSeconds / 10).toFixed(2)} cores`,
      target: '',
    },
  ]
}

/** Requests by second of processor time, alternated with autocannon on the same service. */
export async function measureThroughput(
  url: string,
  rounds: number,
): Promise<{ readonly measurements: Measurement[]; readonly perSecond: number }> {
  const durationMs = 8_000
  const task = { url, path: '/', durationMs, connections: CONNECTIONS, arrival: { users: CONNECTIONS } } as const
  const perCpu: Record<'autocannon' | 'plain' | 'undici', number[]> = { autocannon: [], plain: [], undici: [] }
  const perSecond: Record<'autocannon' | 'plain', number[]> = { autocannon: [], plain: [] }
  for (let round = 0; round < rounds; round++) {
    const other = await reportOf<AutocannonReport>('generator', 'autocannon.ts', [
      url,
      String(CONNECTIONS),
      String(durationMs),
    ])
    perCpu.autocannon.push(other.requests / other.cpuSeconds)
    perSecond.autocannon.push((other.requests / durationMs) * 1_000)
    const plain = await generate({ ...task, transport: 'plain' })
    perCpu.plain.push(plain.result.completed / plain.cpuSeconds)
    perSecond.plain.push((plain.result.completed / durationMs) * 1_000)
    const undici = await generate({ ...task, transport: 'undici' })
    perCpu.undici.push(undici.result.completed / undici.cpuSeconds)
  }
  const ratio = (which: 'plain' | 'undici'): number =>
    median(perCpu[which].map((value, round) => value / (perCpu.autocannon[round] as number)))
  const figures = (values: readonly number[]): string => values.map((value) => Math.round(value)).join(', ')
  return {
    perSecond: median(perSecond.plain),
    measurements: [
      {
        what: 'closed loop: requests by CPU second, of autocannon’s',
        found: `${ratio('plain').toFixed(2)} × (${figures(perCpu.plain)} against ${figures(perCpu.autocannon)})`,
        target: '≥ 1.0 ×',
        isMet: ratio('plain') >= 1,
      },
      {
        what: 'closed loop: requests by second',
        found: `${figures(perSecond.plain)} against ${figures(perSecond.autocannon)}`,
        target: '',
      },
      {
        what: 'closed loop: the same with undici',
        found: `${ratio('undici').toFixed(2)} × (${figures(perCpu.undici)})`,
        target: '',
      },
    ],
  }
}

/** Whether memory grows while operations come and go. The first quarter is warming up. */
export async function measureMemory(url: string, minutes: number): Promise<Measurement[]> {
  const { memory, result } = await generate({
    url,
    path: '/',
    durationMs: minutes * 60_000,
    connections: 500,
    transport: 'plain',
    arrival: { ratePerSecond: 2_000 },
    watchMemory: true,
  })
  const warm = memory.slice(Math.ceil(memory.length / 4))
  const perMinute = theilSenSlope(warm.map(({ heldBytes }, second) => [second / 60, heldBytes / 2 ** 20] as const))
  const { heldBytes = 0, rssBytes = 0 } = warm.at(-1) ?? {}
  return [
    {
      what: `memory over ${minutes} min at 2,000/s`,
      found: `${perMinute.toFixed(2)} MiB by minute (${result.completed} operations; at last ${mebibytes(heldBytes)} held, ${mebibytes(rssBytes)} resident)`,
      target: '≤ 1 MiB by minute',
      isMet: perMinute <= 1,
    },
  ]
}
