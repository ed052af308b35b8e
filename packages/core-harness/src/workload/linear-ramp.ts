import { round, timeInWords } from './pacer.ts'
import type { Pacer } from './pacer.ts'
import { rateProfile } from './rate-profile.ts'

/**
 * A rate that grows, or falls, in a straight line: after t seconds r₀·t + (r₁ − r₀)·t² / 2D operations were due. Solved for
 * each operation, not in steps.
 */
export function linearRamp({
  fromPerSecond,
  toPerSecond,
  durationMs,
}: {
  readonly fromPerSecond: number
  readonly toPerSecond: number
  readonly durationMs: number
}): Pacer {
  const words = `ramp from ${round(fromPerSecond)}/s to ${round(toPerSecond)}/s over ${timeInWords(durationMs)}`
  return rateProfile([{ fromPerSecond, toPerSecond, durationMs }], words)
}
