import { round, timeInWords } from './pacer.ts'
import type { Pacer } from './pacer.ts'
import { rateProfile } from './rate-profile.ts'

/** The same rate all the time: operation k is due at k / rate. */
export function constantRate({
  ratePerSecond,
  durationMs,
}: {
  readonly ratePerSecond: number
  readonly durationMs: number
}): Pacer {
  const words = `constant rate of ${round(ratePerSecond)}/s for ${timeInWords(durationMs)}`
  return rateProfile([{ fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond, durationMs }], words)
}
