import { checkNumber, timeInWords } from './pacer.ts'
import type { UserPlan } from './user-plan.ts'

/** Users that come, or go, evenly: from + (to − from)·t / D of them after t, rounded to whole users. */
export function rampingUsers({
  from,
  to,
  durationMs,
}: {
  readonly from: number
  readonly to: number
  readonly durationMs: number
}): UserPlan {
  checkNumber('the number of users at first', from, { atLeast: 0 })
  checkNumber('the number of users at last', to, { atLeast: 0 })
  checkNumber('the number of users', Math.max(from, to), { atLeast: 1 })
  checkNumber('a duration', durationMs)
  return {
    durationMs,
    mostUsers: Math.round(Math.max(from, to)),
    usersAt: (elapsedMs) => Math.round(from + (to - from) * Math.min(1, Math.max(0, elapsedMs / durationMs))),
    toString: () => `${from} to ${to} users over ${timeInWords(durationMs)}`,
  }
}
