import type { WindowResult } from '../workload/result.ts'
import type { Objective } from './objective.ts'
import { meets, thresholdsOf } from './threshold.ts'
import type { ThresholdName } from './threshold.ts'
import { Timeline } from './timeline.ts'

/**
 * For how many seconds on end, up to the last that is known, an objective has missed its critical threshold. Each second
 * is judged by itself, or with those before it when the objective has windows. A second without samples ends the count:
 * what was not seen is no reason to stop.
 *
 * @param windows the seconds that are complete so far
 * @param atMost counting further back costs time, and the caller may know enough
 */
export function breachedFor(objective: Objective, windows: readonly WindowResult[], atMost = Infinity): number {
  return secondsMissing(objective, 'critical', windows, atMost)
}

/** The longest time on end for which an objective missed its critical threshold, anywhere in a workload. */
export function longestBreachSeconds(objective: Objective, windows: readonly WindowResult[]): number {
  if (!isKnownBySecond(objective)) return 0
  const timeline = new Timeline(windows, objective.tag)
  let [longest, current] = [0, 0]
  for (let second = 0; second < timeline.length; second++) {
    current = missesIn(objective, 'critical', timeline, second) ? current + 1 : 0
    longest = Math.max(longest, current)
  }
  return longest
}

/**
 * Why a workload is to be ended early, for the runner.
 *
 * @param objectives by id
 * @returns undefined while it may go on
 */
export function reasonToAbort(
  objectives: Readonly<Record<string, Objective>>,
  windows: readonly WindowResult[],
): string | undefined {
  for (const [id, objective] of Object.entries(objectives)) {
    const limit = objective.abortAfterSeconds
    if (limit === undefined || breachedFor(objective, windows, limit) < limit) continue
    return `${id} has missed its critical threshold (${objective.comparison} ${thresholdsOf(objective).critical}) for ${limit} seconds on end: ${objective.statement}`
  }
  return undefined
}

/** The ids of those objectives that miss their baseline in the last second that is known, for live progress. */
export function objectivesAtRisk(
  objectives: Readonly<Record<string, Objective>>,
  windows: readonly WindowResult[],
): string[] {
  return Object.entries(objectives)
    .filter(([, objective]) => secondsMissing(objective, 'baseline', windows, 1) > 0)
    .map(([id]) => id)
}

function secondsMissing(
  objective: Objective,
  name: ThresholdName,
  windows: readonly WindowResult[],
  atMost: number,
): number {
  if (!isKnownBySecond(objective)) return 0
  const timeline = new Timeline(windows, objective.tag)
  let seconds = 0
  while (seconds < Math.min(atMost, timeline.length)) {
    if (!missesIn(objective, name, timeline, timeline.length - 1 - seconds)) break
    seconds += 1
  }
  return seconds
}

function missesIn(objective: Objective, name: ThresholdName, timeline: Timeline, second: number): boolean {
  const length = objective.windowSeconds ?? 1
  if (second + 1 < length) return false
  const { value, samples } = timeline.stretch(objective.metric, second + 1 - length, length)
  // The minimum is of a whole run, or of a whole window.
  const enough = objective.windowSeconds === undefined ? 1 : (objective.minimumSamples ?? 1)
  if (value === undefined || samples < enough) return false
  return !meets(value, objective.comparison, thresholdsOf(objective)[name])
}

function isKnownBySecond({ metric }: Objective): boolean {
  if (metric.kind === 'latency') return metric.clock === 'response'
  return metric.kind === 'success' || metric.kind === 'throughput'
}
