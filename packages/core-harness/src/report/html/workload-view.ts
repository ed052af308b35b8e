import { TimeDistribution } from '../../metrics/time-distribution.ts'
import type { FaultBand } from '../../objective/load-evidence.ts'
import type { OperationCounts, WindowResult, WorkloadResult } from '../../workload/result.ts'
import { number } from '../../objective/figure.ts'
import { duration, formatValue } from '../format-value.ts'
import { plainLine } from '../plain-text.ts'
import { rounded } from './objective-view.ts'
import type { FaultView, PercentilesView, TimelineView, WorkloadView } from './page-data.ts'

const MOST_POINTS = 180
const MOST_ROWS = 40

/** p50 to p99.99. */
const FIRST_X = 2
const LAST_X = 10_000
const POINTS_A_DECADE = 16

/** @throws Error when a histogram of it cannot be read */
export function workloadView(workload: WorkloadResult, faults: readonly FaultBand[]): WorkloadView {
  const { name, arrival, kind, durationMs, plannedPerSecond, achievedPerSecond, generator, seed } = workload
  const late = ms(TimeDistribution.of(workload.lateness).percentileMs(99))
  const busiest = formatValue(generator.busiestThread, 'share')
  const achieved = `${number(achievedPerSecond)}/s`
  const planned = plannedPerSecond === null ? 'none of its own' : `${number(plannedPerSecond)}/s`
  return {
    name: plainLine(name),
    arrival: plainLine(arrival),
    facts: [
      { name: 'kind', value: kind },
      { name: 'duration', value: duration(durationMs) },
      { name: 'planned rate', value: planned },
      { name: 'achieved rate', value: achieved },
      { name: 'operations', value: number(workload.planned) },
      { name: 'completed', value: number(workload.completed) },
      { name: 'failed', value: number(workload.failed) },
      { name: 'dropped', value: number(workload.dropped) },
      { name: 'in flight at the end', value: number(workload.inFlight) },
      { name: 'generator late, p99', value: late },
      { name: 'busiest generator thread', value: busiest },
      { name: 'seed', value: String(seed) },
    ],
    quality: [planned, achieved, late, busiest],
    problems: workload.problems.map((one) => ({
      kind: one.kind,
      found: plainLine(one.found),
      remedy: plainLine(one.remedy),
    })),
    aborted: workload.aborted
      ? `Ended early, after ${duration(workload.aborted.atMs)}: ${plainLine(workload.aborted.why)}`
      : '',
    percentiles: percentilesView(workload),
    timeline: timelineView(workload.windows),
    faults: faults.filter((one) => one.workload === name).map(faultView),
    operations: Object.entries(workload.tags).slice(0, MOST_ROWS).map(operationRow),
    measures: Object.entries(workload.measures).slice(0, MOST_ROWS).map(measureRow),
    counters: Object.entries(workload.counters)
      .slice(0, MOST_ROWS)
      .map(([counter, count]) => ({ name: plainLine(counter), value: number(count) })),
    errors: workload.errors.map(({ operation, message, count, firstAtMs }) => [
      plainLine(operation),
      plainLine(message).slice(0, 300),
      number(count),
      duration(firstAtMs),
    ]),
  }
}

export function faultView({ kind, target, workload, fromMs, toMs }: FaultBand): FaultView {
  return {
    name: plainLine(`${kind} ${target}`),
    workload: plainLine(workload),
    fromSecond: fromMs / 1_000,
    toSecond: toMs / 1_000,
  }
}

function operationRow([tag, result]: [string, WorkloadResult['tags'][string]]): string[] {
  const response = TimeDistribution.of(result.response)
  const lost = unanswered(result)
  return [
    plainLine(tag),
    number(result.planned),
    number(result.completed),
    number(result.failed),
    number(result.dropped),
    ...[50, 99, 99.9].map((percentile) => ms(response.percentileMs(percentile, lost))),
  ]
}

function measureRow([name, encoded]: [string, string]): string[] {
  const times = TimeDistribution.of(encoded)
  return [
    plainLine(name),
    number(times.count),
    ...[50, 99, 99.9, 100].map((percentile) => ms(times.percentileMs(percentile))),
  ]
}

function ms(value: number | undefined): string {
  if (value === undefined) return '–'
  return formatValue(value === Infinity ? 'unbounded' : value, 'ms')
}

function unanswered({ failed, dropped, inFlight }: OperationCounts): number {
  return failed + dropped + inFlight
}

/** Percentiles of all planned operations, as objectives judge them: one that was not answered ranks above all others. */
export function percentilesView(workload: WorkloadResult): PercentilesView {
  const lost = unanswered(workload)
  const total = workload.completed + lost
  const steps = Math.round(POINTS_A_DECADE * Math.log10(LAST_X / FIRST_X))
  // Beyond its number of operations a run says nothing.
  const x = Array.from({ length: steps + 1 }, (_, step) =>
    rounded(FIRST_X * (LAST_X / FIRST_X) ** (step / steps)),
  ).filter((one) => one <= Math.max(FIRST_X, total))
  const line = (encoded: string): (number | null)[] => {
    const times = TimeDistribution.of(encoded)
    return x.map((one) => finite(times.percentileMs(100 * (1 - 1 / one), lost)))
  }
  const note =
    lost === 0
      ? ''
      : `${number(lost)} of ${number(total)} operations were never answered, so that there is no value above p${number((100 * workload.completed) / total)}.`
  return total === 0
    ? { x: [], response: [], service: [], note: 'No operation was due.' }
    : { x, response: line(workload.response), service: line(workload.service), note }
}

function finite(value: number | undefined): number | null {
  return value === undefined || value === Infinity ? null : rounded(value)
}

/** Seconds are joined, histogram by histogram, where there are more of them than a chart can show. */
export function timelineView(windows: readonly WindowResult[]): TimelineView {
  const ofAll = windows.filter(({ tag }) => tag === null)
  const seconds = ofAll.reduce((last, { second }) => Math.max(last, second + 1), 0)
  const secondsEach = Math.max(1, Math.ceil(seconds / MOST_POINTS))
  const points = Array.from({ length: Math.ceil(seconds / secondsEach) }, (): WindowResult[] => [])
  for (const window of ofAll) points[Math.floor(window.second / secondsEach)]?.push(window)
  const rate = (point: readonly WindowResult[], count: (window: WindowResult) => number): number =>
    rounded(point.reduce((sum, window) => sum + count(window), 0) / secondsEach)
  const times = points.map((point) => TimeDistribution.of(...point.map(({ response }) => response)))
  return {
    secondsEach,
    x: points.map((_, index) => index * secondsEach),
    completedPerSecond: points.map((point) => rate(point, ({ completed }) => completed)),
    lostPerSecond: points.map((point) => rate(point, ({ failed, dropped }) => failed + dropped)),
    p50Ms: times.map((one) => finite(one.percentileMs(50))),
    p99Ms: times.map((one) => finite(one.percentileMs(99))),
  }
}
