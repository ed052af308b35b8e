import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import type { Float64Histogram } from 'hdr-histogram-js'

/** The middle of a bucket in microseconds, and how many times fell into it. */
type Bucket = readonly [microseconds: number, count: number]

/**
 * What a histogram holds, for judging and drawing: a sorted list of its buckets that are not empty. A bucket is at most a
 * thousandth of its value wide, and stands for its middle.
 */
export class TimeDistribution {
  readonly #buckets: readonly Bucket[]
  readonly count: number

  private constructor(buckets: readonly Bucket[]) {
    this.#buckets = buckets
    this.count = buckets.reduce((sum, [, count]) => sum + count, 0)
  }

  /**
   * Reads histograms and adds them, bucket for bucket.
   *
   * @param encoded in the standard compressed form, base64; an empty text holds nothing
   * @throws Error when a text is no histogram
   */
  static of(...encoded: readonly string[]): TimeDistribution {
    return TimeDistribution.#sum(encoded.map(bucketsOf))
  }

  /** What several hold together, bucket for bucket. */
  static merge(...parts: readonly TimeDistribution[]): TimeDistribution {
    return TimeDistribution.#sum(parts.map((part) => part.#buckets))
  }

  static #sum(parts: readonly (readonly Bucket[])[]): TimeDistribution {
    const counts = new Map<number, number>()
    for (const [value, count] of parts.flat()) counts.set(value, (counts.get(value) ?? 0) + count)
    return new TimeDistribution([...counts].sort(([a], [b]) => a - b))
  }

  /**
   * The time that `percentile` percent of all kept to, in milliseconds (nearest rank).
   *
   * @param percentile above 0, up to 100
   * @param unanswered as many more that took longer than any that were recorded
   * @returns Infinity where an unanswered one has that rank; undefined when there are none of either
   */
  percentileMs(percentile: number, unanswered = 0): number | undefined {
    const total = this.count + unanswered
    if (total === 0) return undefined
    // Rounded, because 99.9 / 100 * 1000 is a little more than 999.
    const rank = Math.max(1, Math.ceil(Number(((percentile / 100) * total).toFixed(6))))
    let seen = 0
    for (const [microseconds, count] of this.#buckets) {
      seen += count
      if (seen >= rank) return microseconds / 1_000
    }
    return Infinity
  }

  /** Undefined when it is empty. */
  get meanMs(): number | undefined {
    if (this.count === 0) return undefined
    return this.#buckets.reduce((sum, [microseconds, count]) => sum + microseconds * count, 0) / this.count / 1_000
  }

  /** The buckets in milliseconds, in their order. */
  get bucketsMs(): readonly (readonly [milliseconds: number, count: number])[] {
    return this.#buckets.map(([microseconds, count]) => [microseconds / 1_000, count])
  }
}

function bucketsOf(text: string): Bucket[] {
  if (text === '') return []
  const histogram = decodeFromCompressedBase64(text, 64, false) as Float64Histogram
  const buckets: Bucket[] = []
  let left = histogram.totalCount
  for (let index = 0; left > 0; index++) {
    const count = histogram.getCountAtIndex(index)
    if (count === 0) continue
    left -= count
    buckets.push([histogram.medianEquivalentValue(histogram.valueFromIndex(index)), count])
  }
  return buckets
}
