import type { Pacer } from './pacer.ts'
import type { UserPlan } from './user-plan.ts'

/** One of several generators that share a workload. */
export interface Shard {
  /** From 0. */
  readonly index: number
  readonly of: number
}

export const WHOLE: Shard = { index: 0, of: 1 }

/** Every n-th arrival: all shards together have exactly the schedule of the whole. */
export function shardOfPacer(pacer: Pacer, { index, of }: Shard): Pacer {
  return {
    durationMs: pacer.durationMs,
    planned: Math.max(0, Math.ceil((pacer.planned - index) / of)),
    wait: (elapsedMs, started) => pacer.wait(elapsedMs, started * of + index),
    toString: () => String(pacer),
  }
}

/** Its share of the users and of the iterations, the first shards one more where they do not come out even. */
export function shardOfUsers(plan: UserPlan, { index, of }: Shard): UserPlan {
  const share = (whole: number): number => Math.max(0, Math.ceil((whole - index) / of))
  return {
    ...plan,
    mostUsers: share(plan.mostUsers),
    ...(plan.iterations === undefined ? {} : { iterations: share(plan.iterations) }),
    usersAt: (elapsedMs) => share(plan.usersAt(elapsedMs)),
    toString: () => String(plan),
  }
}
