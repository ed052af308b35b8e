import { bootstrapMeanInterval, standardDeviation, studentMeanInterval } from '../statistics/bootstrap.ts'
import type { Interval } from '../statistics/bootstrap.ts'
import { studentQuantile } from '../statistics/distributions.ts'
import { mean } from '../statistics/mean.ts'
import type { RunMetric } from './history-metrics.ts'

export type ComparisonVerdict = 'slower' | 'faster' | 'same' | 'unclear'

/** A metric as it was measured on both versions, pair by pair. */
export interface PairedMetric extends Pick<RunMetric, 'id' | 'unit' | 'better'> {
  readonly pairs: readonly (readonly [base: number, candidate: number])[]
}

/** How the candidate compares with the base in one metric. */
export interface MetricComparison extends PairedMetric {
  /** Candidate by base, the geometric mean over pairs: 1.1 is 10 % more. */
  readonly ratio: number
  /** Where the ratio lies with a confidence of 95 %, by bootstrap of the logarithms. */
  readonly interval: Interval
  readonly verdict: ComparisonVerdict
  /** Of `unclear`: with about so many pairs it would not be. */
  readonly pairsNeeded?: number
}

export interface DecisionOptions {
  /** Less than this says nothing: 0.05 is 5 %. */
  readonly minimumEffect?: number
  /** How often one of all metrics may be called slower or faster where nothing changed. */
  readonly falseAlarms?: number
  readonly seed?: number
  /** Of the bootstrap. */
  readonly resamples?: number
}

/** Fewer say next to nothing about the noise. */
export const LEAST_PAIRS = 5
const MOST_PAIRS = 1_000

/**
 * Decides about each metric by the logarithms of its ratios, pair by pair. `slower` (of a metric of which more is better:
 * less) and `faster` take two things: the mean ratio is at least the minimum effect, and Student's interval for it, at a
 * confidence at which all metrics together give so few false alarms (Bonferroni), does not hold 1. `same` takes a 95 %
 * interval within the minimum effect. Whatever the noise, it is `unclear` that gets more, and not the false alarms.
 *
 * The bootstrap interval is for the reader: of five pairs no resampling can tell one in a hundred.
 *
 * @param metrics values above zero
 */
export function decideComparison(
  metrics: readonly PairedMetric[],
  { minimumEffect = 0.05, falseAlarms = 0.01, seed = 1, resamples = 10_000 }: DecisionOptions = {},
): MetricComparison[] {
  const limit = Math.log1p(minimumEffect)
  const confidence = 1 - falseAlarms / Math.max(1, metrics.length)
  return metrics.map((metric) => {
    const logs = metric.pairs.map(([base, candidate]) => Math.log(candidate / base))
    const interval = bootstrapMeanInterval(logs, { seed, resamples })
    const verdict = decideOne(logs, metric.better, interval, limit, confidence)
    return {
      ...metric,
      ratio: Math.exp(mean(logs)),
      interval: { low: Math.exp(interval.low), high: Math.exp(interval.high) },
      verdict,
      ...(verdict === 'unclear' ? { pairsNeeded: pairsNeeded(standardDeviation(logs), limit, confidence) } : {}),
    }
  })
}

function decideOne(
  logs: readonly number[],
  better: RunMetric['better'],
  interval: Interval,
  limit: number,
  confidence: number,
): ComparisonVerdict {
  if (logs.length < LEAST_PAIRS || logs.some((log) => !Number.isFinite(log))) return 'unclear'
  const sure = studentMeanInterval(logs, confidence)
  const effect = mean(logs)
  const [more, less] = better === 'lower' ? (['slower', 'faster'] as const) : (['faster', 'slower'] as const)
  if (sure.low > 0 && effect >= limit) return more
  if (sure.high < 0 && effect <= -limit) return less
  return interval.low > -limit && interval.high < limit ? 'same' : 'unclear'
}

/** So many that the interval of a change as large as the minimum effect no longer holds 1. */
function pairsNeeded(deviation: number, limit: number, confidence: number): number {
  const isEnough = (pairs: number) =>
    (studentQuantile((1 + confidence) / 2, pairs - 1) * deviation) / Math.sqrt(pairs) <= limit
  let [few, many] = [LEAST_PAIRS - 1, MOST_PAIRS]
  while (many - few > 1) {
    const middle = (few + many) >> 1
    if (isEnough(middle)) many = middle
    else few = middle
  }
  return many
}

/**
 * Joins what the runs of both versions measured. A metric that one of the runs did not measure, or that is not above zero,
 * has no ratio and is left out.
 *
 * @param pairs the metrics of each pair of runs
 */
export function pairMetrics(
  pairs: readonly { readonly base: readonly RunMetric[]; readonly candidate: readonly RunMetric[] }[],
): { readonly paired: PairedMetric[]; readonly leftOut: string[] } {
  const seen = new Map(pairs.flatMap(({ base, candidate }) => [...base, ...candidate]).map((one) => [one.id, one]))
  const paired: PairedMetric[] = []
  const leftOut: string[] = []
  for (const { id, unit, better } of seen.values()) {
    const valueIn = (metrics: readonly RunMetric[]) => metrics.find((one) => one.id === id)?.value ?? 0
    const values = pairs.map(({ base, candidate }) => [valueIn(base), valueIn(candidate)] as const)
    if (values.every(([base, candidate]) => base > 0 && candidate > 0)) paired.push({ id, unit, better, pairs: values })
    else leftOut.push(id)
  }
  return { paired, leftOut }
}

export type Side = 'base' | 'candidate'

/** Base first in every other pair, so that what drifts evenly falls on both: ABBA ABBA … */
export function abbaSchedule(pairs: number): readonly (readonly [Side, Side])[] {
  return Array.from({ length: pairs }, (_, pair) =>
    pair % 2 === 0 ? (['base', 'candidate'] as const) : (['candidate', 'base'] as const),
  )
}
