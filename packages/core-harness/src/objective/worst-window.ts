import type { WorkloadResult } from '../workload/result.ts'
import type { Measurement } from './measurement.ts'
import type { Metric, Objective } from './objective.ts'
import { decide, isWorse } from './threshold.ts'
import { Timeline } from './timeline.ts'
import type { Stretch } from './timeline.ts'

/**
 * The worst of all windows of `windowSeconds` seconds, of which one begins with each second of the workload. A workload
 * that is shorter is one window. Windows with too few samples cannot clear an objective: when one has, the worst of the
 * others is only given if it misses the objective.
 */
export function worstWindow(objective: Objective, workload: WorkloadResult): Omit<Measurement, 'unit'> {
  const windows = windowsOf(objective, workload)
  const enough = objective.minimumSamples ?? 1
  const judged = windows.filter(({ value, samples }) => value !== undefined && samples >= enough)
  const thin = windows.length - judged.length
  const worst = judged.reduce<Window | undefined>(
    (found, one) => (found && !isWorse(objective, Number(one.value), Number(found.value)) ? found : one),
    undefined,
  )
  const isMissed = worst?.value !== undefined && decide(objective, worst.value).verdict === 'fail'
  if (worst === undefined || (thin > 0 && !isMissed))
    return {
      value: undefined,
      samples: Math.min(...windows.map(({ samples }) => samples)),
      thinWindows: { thin, all: windows.length },
    }
  return { value: worst.value, samples: worst.samples, worstWindowAtSecond: worst.from }
}

interface Window extends Stretch {
  readonly from: number
}

function windowsOf({ metric, tag, windowSeconds = 1 }: Objective, workload: WorkloadResult): Window[] {
  const timeline = new Timeline(workload.windows, tag)
  const wholeSeconds = Math.floor(workload.durationMs / 1_000)
  const last = Math.max(0, wholeSeconds - windowSeconds)
  // Seconds do not count what was never answered before the end: the end is about where it was due.
  const inFlight = (tag === undefined ? workload : workload.tags[tag])?.inFlight ?? 0
  return Array.from({ length: last + 1 }, (_, from) => {
    if (from < last) return { from, ...timeline.stretch(metric, from, windowSeconds) }
    return { from, ...timeline.stretch(metric, from, lastSeconds(metric, from), inFlight) }
  })

  /** The last window has the part of a second that is left over, but for a rate, which would be too low in it. */
  function lastSeconds({ kind }: Metric, from: number): number {
    if (kind !== 'throughput') return Math.max(timeline.length, wholeSeconds) - from
    return wholeSeconds === 0 ? workload.durationMs / 1_000 : wholeSeconds - from
  }
}
