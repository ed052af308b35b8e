import { checkNumber, timeInWords } from './pacer.ts'
import { checkCount } from './user-plan.ts'
import type { UserPlan } from './user-plan.ts'

/** Users that come in batches, 25 and then 25 more: size · (1 + ⌊t / every⌋) of them after t, up to all batches. */
export function userBatches({
  size,
  batches,
  everyMs,
  holdMs,
}: {
  readonly size: number
  readonly batches: number
  readonly everyMs: number
  /** How long all of them stay, once the last have come. */
  readonly holdMs: number
}): UserPlan {
  checkCount('the size of a batch', size)
  checkCount('the number of batches', batches)
  checkNumber('the time between batches', everyMs)
  checkNumber('the time that all users stay', holdMs)
  const durationMs = everyMs * (batches - 1) + holdMs
  return {
    durationMs,
    mostUsers: size * batches,
    usersAt: (elapsedMs) => size * Math.min(batches, 1 + Math.max(0, Math.floor(elapsedMs / everyMs))),
    toString: () =>
      `${batches} batches of ${size} users, one every ${timeInWords(everyMs)}, for ${timeInWords(durationMs)}`,
  }
}
