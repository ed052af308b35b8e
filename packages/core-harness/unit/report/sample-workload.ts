import { TimeHistogram } from '../../src/metrics/histogram.ts'
import type { FaultBand } from '../../src/objective/load-evidence.ts'
import type { ResourceSeries } from '../../src/metrics/resource-series.ts'
import type { ValidityProblem, WindowResult, WorkloadResult } from '../../src/workload/result.ts'

export interface SampleLoad {
  readonly name: string
  readonly seconds: number
  readonly ratePerSecond: number
  readonly medianMs: number
  /** In these seconds everything takes so much longer, and some operations fail. */
  readonly stall?: { readonly from: number; readonly to: number; readonly addedMs: number; readonly failed: number }
  readonly problems?: readonly ValidityProblem[]
  readonly seed?: number
}

/** Numbers from 0 to 1 that are always the same (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The result of a workload that never ran, with histograms as a real one has them: log-normal times around a median. */
export function sampleWorkload(load: SampleLoad): WorkloadResult {
  const random = randomFrom(load.seed ?? 7)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const whole = { response: new TimeHistogram(), service: new TimeHistogram(), lateness: new TimeHistogram() }
  const reads = { response: new TimeHistogram(), service: new TimeHistogram() }
  const second = new TimeHistogram()
  const windows: WindowResult[] = []
  let failed = 0
  for (let at = 0; at < load.seconds; at++) {
    const isStalled = load.stall !== undefined && at >= load.stall.from && at < load.stall.to
    const lost = isStalled ? (load.stall?.failed ?? 0) : 0
    const completed = load.ratePerSecond - lost
    second.reset()
    for (let index = 0; index < completed; index++) {
      const serviceUs = 1_000 * load.medianMs * Math.exp(0.45 * normal())
      const responseUs = serviceUs + (isStalled ? 1_000 * (load.stall?.addedMs ?? 0) * random() : 0)
      for (const histogram of [whole.response, second, ...(index % 5 > 0 ? [reads.response] : [])])
        histogram.record(responseUs)
      whole.service.record(serviceUs)
      if (index % 5 > 0) reads.service.record(serviceUs)
      whole.lateness.record(40 + 60 * random())
    }
    failed += lost
    windows.push({ second: at, tag: null, completed, failed: lost, dropped: 0, response: second.encode() })
  }
  const planned = load.seconds * load.ratePerSecond
  const counts = { planned, completed: planned - failed, failed, dropped: 0, inFlight: 0 }
  const read = {
    planned: reads.response.count,
    completed: reads.response.count,
    failed: 0,
    dropped: 0,
    inFlight: 0,
    response: reads.response.encode(),
    service: reads.service.encode(),
  }
  const result: WorkloadResult = {
    format: 'proving-ground/workload/1',
    ...counts,
    name: load.name,
    kind: 'open',
    arrival: `constant rate of ${load.ratePerSecond}/s for ${load.seconds} s`,
    seed: load.seed ?? 7,
    startedAt: '2026-03-02T09:15:04.000Z',
    durationMs: 1_000 * load.seconds,
    plannedPerSecond: load.ratePerSecond,
    achievedPerSecond: load.ratePerSecond,
    response: whole.response.encode(),
    service: whole.service.encode(),
    lateness: whole.lateness.encode(),
    tags: { get: read },
    measures: { 'inside-service': read.service },
    counters: { hits: Math.round(0.93 * planned), misses: Math.round(0.07 * planned) },
    windows,
    errors: failed > 0 ? [{ operation: 'get', message: 'ECONNRESET', count: failed, firstAtMs: 20_400 }] : [],
    generator: { threads: 1, busiestThread: 0.41 },
    problems: load.problems ?? [],
  }
  for (const histogram of [...Object.values(whole), ...Object.values(reads), second]) histogram.free()
  return result
}

export function sampleResource(
  of: string,
  metric: string,
  unit: ResourceSeries['unit'],
  seconds: number,
  base: number,
) {
  const random = randomFrom(base)
  const samples = Array.from(
    { length: seconds },
    (_, at) => [at * 1_000 + 12, base * (1 + 0.002 * at + 0.2 * random())] as const,
  )
  const values = samples.map(([, value]) => value)
  const series: ResourceSeries = {
    of,
    metric,
    unit,
    samples,
    start: values[0] ?? 0,
    peak: Math.max(...values),
    end: values.at(-1) ?? 0,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    growthPerMinute: base * 0.12,
  }
  return series
}

export function sampleFault(workload: string): FaultBand {
  return { kind: 'pause', target: 'redis', workload, fromMs: 20_000, toMs: 26_500 }
}
