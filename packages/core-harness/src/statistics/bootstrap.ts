import { normalCdf, studentQuantile } from './distributions.ts'
import { mean } from './mean.ts'
import { seededRandom } from './seeded-random.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * A confidence interval of the mean by resampling: the expanded percentile interval (Hesterberg 2014, What Teachers Should
 * Know about the Bootstrap). A plain percentile interval is too narrow for few values; this one takes quantiles so far out
 * that it is as wide as Student's where values are normal. It never goes beyond the least and the greatest value, so that
 * with five values it covers less than it says beyond 95 %.
 *
 * @param values at least two
 * @param options.seed the same seed gives the same interval
 */
export function bootstrapMeanInterval(
  values: readonly number[],
  {
    confidence = 0.95,
    resamples = 10_000,
    seed = 1,
  }: { readonly confidence?: number; readonly resamples?: number; readonly seed?: number } = {},
): Interval {
  const size = values.length
  if (size < 2) return { low: -Infinity, high: Infinity }
  const random = seededRandom(seed)
  const means = new Float64Array(resamples)
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0
    for (let drawn = 0; drawn < size; drawn++) sum += values[(random() * size) | 0] as number
    means[resample] = sum / size
  }
  means.sort()
  const quantile = studentQuantile((1 + confidence) / 2, size - 1)
  const tail = normalCdf(-Math.sqrt(size / (size - 1)) * quantile)
  const skipped = Math.floor(tail * resamples)
  return { low: Number(means[skipped]), high: Number(means[resamples - 1 - skipped]) }
}

/**
 * Student's confidence interval of the mean: exact where values are normal, and wider than need be where they have heavy
 * tails.
 *
 * @param values at least two
 */
export function studentMeanInterval(values: readonly number[], confidence: number): Interval {
  const size = values.length
  if (size < 2) return { low: -Infinity, high: Infinity }
  const middle = mean(values)
  const half = studentQuantile((1 + confidence) / 2, size - 1) * (standardDeviation(values) / Math.sqrt(size))
  return { low: middle - half, high: middle + half }
}

/** Of a sample: divided by one less than there are values; NaN for fewer than two. */
export function standardDeviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1))
}
