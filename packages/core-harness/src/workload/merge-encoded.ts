import { TimeHistogram } from '../metrics/histogram.ts'
import type { EncodedHistogram } from './result.ts'

/** What histograms hold together, bucket for bucket. */
export function mergeEncoded(histograms: readonly EncodedHistogram[]): EncodedHistogram {
  const filled = histograms.filter((encoded) => encoded !== '')
  if (filled.length < 2) return filled[0] ?? ''
  const sum = new TimeHistogram()
  for (const encoded of filled) sum.addEncoded(encoded)
  const merged = sum.encode()
  sum.free()
  return merged
}
