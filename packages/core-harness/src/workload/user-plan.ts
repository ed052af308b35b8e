import { HarnessError } from '../environment/errors.ts'
import { checkNumber, timeInWords } from './pacer.ts'

/**
 * How many users a closed workload has: each begins its next operation when its last was answered. A closed workload slows
 * down with the service, so that what it measures is no answer to how long a user of an open service waits.
 */
export interface UserPlan {
  /** Until then users begin operations; undefined: until all iterations were begun. */
  readonly durationMs: number | undefined
  /** How many operations there are in all; undefined: as many as fit into the duration. */
  readonly iterations?: number
  readonly mostUsers: number
  usersAt(elapsedMs: number): number
  toString(): string
}

/** The same number of users all the time. */
export function constantUsers({
  users,
  durationMs,
}: {
  readonly users: number
  readonly durationMs: number
}): UserPlan {
  checkCount('the number of users', users)
  checkNumber('a duration', durationMs)
  return {
    durationMs,
    mostUsers: users,
    usersAt: () => users,
    toString: () => `${users} users for ${timeInWords(durationMs)}`,
  }
}

/** So many operations, shared by users: whoever is free takes the next. */
export function iterations({
  users,
  iterations: count,
}: {
  readonly users: number
  readonly iterations: number
}): UserPlan {
  checkCount('the number of users', users)
  checkCount('the number of iterations', count)
  return {
    durationMs: undefined,
    iterations: count,
    mostUsers: users,
    usersAt: () => users,
    toString: () => `${count} operations by ${users} users`,
  }
}

export function checkCount(what: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return
  throw new HarnessError(`planning a workload: ${what} is ${value}`, { remedy: 'It is a whole number, 1 or more.' })
}
