import { HarnessError } from '../environment/errors.ts'
import { checkNumber } from './pacer.ts'
import type { Pacer } from './pacer.ts'
import { checkCount } from './user-plan.ts'
import type { Shard } from './shard.ts'
import type { UserPlan } from './user-plan.ts'

/** What an operation works with. Its fields may be taken apart: `run: ({ random, signal }) => …`. */
export interface OperationContext<State = unknown> {
  /** Of the operation in its workload, from 0: the same whatever number of threads issue it. */
  readonly index: number
  /** What `setup` gave. */
  readonly state: State
  /** Aborted at the deadline, and when the workload is ended early. */
  readonly signal: AbortSignal
  /** When the operation counts as failed, of `performance.now()`. */
  readonly deadlineMs: number
  /** Calls back when `signal` is aborted: for clients that are called so often that a signal for each call is too dear. */
  readonly onAbort: (callback: (reason: Error) => void) => void
  /** Numbers from 0 up to 1, the same for the same seed and index. */
  readonly random: () => number
  /** Counts under a name: hits, misses, conflicts. */
  readonly count: (name: string, by?: number) => void
  /** Notes a time that the operation measured itself, under a name. */
  readonly measure: (name: string, milliseconds: number) => void
  /** Marks this operation, beside its own name and tags: `tag('cold')`. */
  readonly tag: (name: string) => void
}

export interface Operation<State = unknown> {
  readonly name: string
  /** Its share of all operations, against the weights of the others; 1 when left out. */
  readonly weight?: number
  readonly tags?: readonly string[]
  /** How long a user of a closed workload waits after it, instead of the workload's own. */
  readonly thinkTimeMs?: ThinkTime
  /** Resolves when it succeeded; what it resolves with is not looked at. */
  readonly run: (context: OperationContext<State>) => unknown
}

/** Milliseconds, or how they are drawn. */
export type ThinkTime = number | ((random: () => number) => number)

/** The traffic of an L4 test: operations, their mix, and how they arrive. */
export interface Workload<State = unknown> {
  readonly name: string
  readonly arrival: Pacer | UserPlan
  readonly operations: readonly Operation<State>[]
  /** Of an open workload: what is due while so many are running is dropped. 1,000 when left out. */
  readonly maxConcurrency?: number
  /** From due to failed; 30,000 when left out. */
  readonly operationTimeoutMs?: number
  readonly thinkTimeMs?: ThinkTime
  readonly seed?: number
  /** How late the generator may be at the 99th percentile of an open workload; 1 when left out. */
  readonly latenessBudgetMs?: number
  /** Before the first operation is due; not measured. In each thread that the workload runs in. */
  readonly setup?: (shard: Shard) => State | Promise<State>
  /** After the last has ended, however the workload ended. */
  readonly teardown?: (state: State) => unknown
}

export const DEFAULTS = { maxConcurrency: 1_000, operationTimeoutMs: 30_000, seed: 1, latenessBudgetMs: 1 } as const

export function isOpen(arrival: Pacer | UserPlan): arrival is Pacer {
  return 'wait' in arrival
}

/**
 * Types a workload, and refuses one that cannot be run.
 *
 * @throws HarnessError naming what is wrong
 */
export function defineWorkload<State>(workload: Workload<State>): Workload<State> {
  const { name, operations } = workload
  const refuse = (problem: string): never => {
    throw new HarnessError(`planning the workload "${name}": ${problem}`)
  }
  if (name.trim() === '') refuse('its name is empty')
  if (operations.length === 0) refuse('it has no operations')
  const names = operations.map((operation) => operation.name)
  const twice = names.find((one, index) => names.indexOf(one) !== index)
  if (twice !== undefined) refuse(`two operations are named "${twice}"`)
  const tag = operations.flatMap(({ tags = [] }) => tags).find((one) => names.includes(one))
  if (tag !== undefined) refuse(`the tag "${tag}" is the name of an operation`)
  for (const { name: operation, weight = 1 } of operations) checkNumber(`the weight of "${operation}"`, weight)
  if (workload.maxConcurrency !== undefined) checkCount('maxConcurrency', workload.maxConcurrency)
  if (workload.operationTimeoutMs !== undefined) checkNumber('operationTimeoutMs', workload.operationTimeoutMs)
  if (workload.latenessBudgetMs !== undefined) checkNumber('latenessBudgetMs', workload.latenessBudgetMs)
  if (workload.seed !== undefined && !Number.isSafeInteger(workload.seed)) refuse(`its seed is ${workload.seed}`)
  return workload
}
