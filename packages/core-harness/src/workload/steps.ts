import { round, timeInWords } from './pacer.ts'
import type { Pacer } from './pacer.ts'
import { rateProfile } from './rate-profile.ts'

/** One rate after another, each for its time: within a step operation k is due (k − those before) / rate after its start. */
export function steps(each: readonly { readonly ratePerSecond: number; readonly durationMs: number }[]): Pacer {
  const words = each.map(({ ratePerSecond, durationMs }) => `${round(ratePerSecond)}/s for ${timeInWords(durationMs)}`)
  return rateProfile(
    each.map(({ ratePerSecond, durationMs }) => ({
      fromPerSecond: ratePerSecond,
      toPerSecond: ratePerSecond,
      durationMs,
    })),
    `steps: ${words.join(', then ')}`,
  )
}
