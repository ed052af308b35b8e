import { theilSenSlope } from '../statistics/theil-sen.ts'
import type { ResourceSeries } from './resource-series.ts'

const MS_PER_MINUTE = 60_000

/** The figures of a series from its samples; all of them 0 when there is no sample. */
export function summarize(
  series: Pick<ResourceSeries, 'of' | 'metric' | 'unit' | 'ended'>,
  samples: ResourceSeries['samples'],
): ResourceSeries {
  const values = samples.map(([, value]) => value)
  return {
    ...series,
    samples,
    start: values[0] ?? 0,
    peak: values.reduce((highest, value) => Math.max(highest, value), values[0] ?? 0),
    end: values.at(-1) ?? 0,
    mean: values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length),
    growthPerMinute: theilSenSlope(samples) * MS_PER_MINUTE,
  }
}
