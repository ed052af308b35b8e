import { TimeDistribution } from '../metrics/time-distribution.ts'
import type { WindowResult } from '../workload/result.ts'
import type { Metric } from './objective.ts'

/** What a stretch of a workload comes to. `value` is undefined when it holds no sample, Infinity when it is unbounded. */
export interface Stretch {
  readonly value: number | undefined
  readonly samples: number
}

type Second = Omit<WindowResult, 'response'> & { readonly response: TimeDistribution }

/** The operations that carry one tag, second by second. Each second is decoded once, when it is first asked for. */
export class Timeline {
  readonly #windows = new Map<number, WindowResult>()
  readonly #seconds = new Map<number, Second>()
  /** One more than the last second in which any operation was due, whatever its tag. */
  readonly length: number

  /** @param tag undefined: all operations */
  constructor(windows: readonly WindowResult[], tag: string | undefined) {
    for (const window of windows) if (window.tag === (tag ?? null)) this.#windows.set(window.second, window)
    this.length = windows.reduce((length, { second }) => Math.max(length, second + 1), 0)
  }

  /**
   * @param seconds how long the stretch is; less than a whole number only where the workload ended within a second
   * @param unanswered as many more operations that were due in it, and were never answered
   */
  stretch(metric: Metric, from: number, seconds: number, unanswered = 0): Stretch {
    const parts: Second[] = []
    for (let second = from; second < from + seconds; second++) {
      const part = this.#at(second)
      if (part) parts.push(part)
    }
    const completed = parts.reduce((sum, part) => sum + part.completed, 0)
    const lost = parts.reduce((sum, part) => sum + part.failed + part.dropped, unanswered)
    const samples = completed + lost
    if (samples === 0) return { value: undefined, samples }
    if (metric.kind === 'success') return { value: completed / samples, samples }
    if (metric.kind === 'throughput') return { value: completed / seconds, samples }
    if (metric.kind !== 'latency') return { value: undefined, samples: 0 }
    const times = TimeDistribution.merge(...parts.map((part) => part.response))
    return { value: times.percentileMs(metric.percentile, lost), samples }
  }

  #at(second: number): Second | undefined {
    const known = this.#seconds.get(second)
    const window = this.#windows.get(second)
    if (known || !window) return known
    const decoded = { ...window, response: TimeDistribution.of(window.response) }
    this.#seconds.set(second, decoded)
    return decoded
  }
}
