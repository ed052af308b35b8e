import { round, timeInWords } from './pacer.ts'
import type { Pacer } from './pacer.ts'
import { rateProfile } from './rate-profile.ts'

/** A quiet rate, all at once another for a while, and the quiet one again. */
export function spike({
  basePerSecond,
  peakPerSecond,
  beforeMs,
  peakMs,
  afterMs,
}: {
  readonly basePerSecond: number
  readonly peakPerSecond: number
  readonly beforeMs: number
  readonly peakMs: number
  readonly afterMs: number
}): Pacer {
  const stretch = (rate: number, durationMs: number) => ({ fromPerSecond: rate, toPerSecond: rate, durationMs })
  return rateProfile(
    [stretch(basePerSecond, beforeMs), stretch(peakPerSecond, peakMs), stretch(basePerSecond, afterMs)],
    `spike from ${round(basePerSecond)}/s to ${round(peakPerSecond)}/s after ${timeInWords(beforeMs)}, for ${timeInWords(peakMs)}, and ${timeInWords(afterMs)} after it`,
  )
}
