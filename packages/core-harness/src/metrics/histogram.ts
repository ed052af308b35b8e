import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, initWebAssemblySync } from 'hdr-histogram-js'
import type { Histogram } from 'hdr-histogram-js'

/** Longer times are recorded as this one: an hour. */
const HIGHEST_US = 3_600_000_000
const SIGNIFICANT_DIGITS = 3
const BUCKET_BITS = 64

/**
 * Counts of times in microseconds, to three digits (Tene, HdrHistogram). Every histogram has the same buckets, so that
 * those of shards, workers and machines can be added without loss, and judged once. It lives outside of the JavaScript
 * heap: whoever makes one calls `free`.
 */
export class TimeHistogram {
  readonly #counts: Histogram

  constructor() {
    initWebAssemblySync()
    this.#counts = build({
      bitBucketSize: BUCKET_BITS,
      lowestDiscernibleValue: 1,
      highestTrackableValue: HIGHEST_US,
      numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
      autoResize: false,
      useWebAssembly: true,
    })
  }

  /** @param microseconds is rounded; what is below zero counts as zero */
  record(microseconds: number): void {
    this.#counts.recordValue(Math.min(HIGHEST_US, Math.max(0, Math.round(microseconds))))
  }

  get count(): number {
    return this.#counts.totalCount
  }

  add(other: TimeHistogram): void {
    this.#counts.add(other.#counts)
  }

  /**
   * Adds what another encoded, bucket for bucket.
   *
   * @throws Error when it is no histogram
   */
  addEncoded(encoded: string): void {
    if (encoded === '') return
    const other = decodeFromCompressedBase64(encoded, BUCKET_BITS, true)
    this.#counts.add(other)
    other.destroy()
  }

  /** The standard compressed form in base64, which other tools read too; empty when nothing was recorded. */
  encode(): string {
    return this.count === 0 ? '' : encodeIntoCompressedBase64(this.#counts)
  }

  reset(): void {
    this.#counts.reset()
  }

  free(): void {
    this.#counts.destroy()
  }
}
