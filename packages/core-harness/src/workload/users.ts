import type { Clock } from './clock.ts'
import { DueQueue } from './due-queue.ts'
import type { Issuer } from './issuer.ts'
import type { Shard } from './shard.ts'
import type { UserPlan } from './user-plan.ts'

/** How often it is looked whether users are to come. */
const LOOK_EVERY_MS = 10

export interface UsersSettings<State> {
  readonly plan: UserPlan
  readonly shard: Shard
  readonly issuer: Issuer<State>
  readonly clock: Clock
  /** Of the clock, when the workload began. */
  readonly startMs: number
}

/** Users, each of which begins its next operation when its last has ended and it has thought. */
export class Users<State> {
  readonly #settings: UsersSettings<State>
  readonly #queue = new DueQueue()
  readonly #isPresent: boolean[]
  #present = 0
  #started = 0
  #isEnded = false
  #wakesAtMs = Infinity
  #end: () => void = () => undefined

  constructor(settings: UsersSettings<State>) {
    this.#settings = settings
    this.#isPresent = Array.from({ length: settings.plan.mostUsers }, () => false)
  }

  /** Resolves when no user begins an operation any more. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      const { clock } = this.#settings
      // Not by wakes: to set one for each operation would cost more than the operation.
      const stopLooking = clock.every(LOOK_EVERY_MS, () => {
        if (clock.now() >= this.#settings.startMs) this.#step()
      })
      this.#end = () => {
        stopLooking()
        resolve()
      }
      if (this.#isEnded) this.#end()
      else this.#wakeAt(0)
    })
  }

  stop(): void {
    this.#isEnded = true
    this.#end()
  }

  /** @param dueMs when the user begins its next operation, since the workload began */
  ready(user: number, dueMs: number): void {
    this.#queue.add(dueMs, user)
    // Not from within: a user whose operations end at once would never let answers be read.
    if (dueMs < this.#wakesAtMs) this.#wakeAt(dueMs)
  }

  readonly #step = (): void => {
    const { plan, issuer, clock, startMs, shard } = this.#settings
    this.#wakesAtMs = -Infinity // Until the end of this step nobody has to wake it.
    const nowMs = clock.now() - startMs
    const wanted = plan.usersAt(nowMs)
    this.#come(wanted, nowMs)
    const isOver = nowMs >= (plan.durationMs ?? Infinity) || this.#started >= (plan.iterations ?? Infinity)
    if (isOver) this.stop()
    // Those whose operations end at once come next time, so that answers are read in between.
    for (let left = this.#queue.size; left > 0 && !this.#isEnded && this.#queue.nextDueMs <= nowMs; left--) {
      const dueMs = this.#queue.nextDueMs
      const user = this.#queue.take() as number
      if (user >= wanted) this.#leave(user)
      else issuer.issue(this.#started++ * shard.of + shard.index, dueMs, user)
      if (this.#started >= (plan.iterations ?? Infinity)) this.stop()
    }
    this.#wakesAtMs = Infinity
    if (!this.#isEnded && this.#queue.size > 0) this.#wakeAt(this.#queue.nextDueMs)
  }

  #come(wanted: number, nowMs: number): void {
    for (let user = 0; this.#present < wanted && user < wanted; user++) {
      if (this.#isPresent[user]) continue
      this.#isPresent[user] = true
      this.#present++
      this.#queue.add(nowMs, user)
    }
  }

  #leave(user: number): void {
    this.#isPresent[user] = false
    this.#present--
  }

  #wakeAt(atMs: number): void {
    this.#wakesAtMs = atMs
    this.#settings.clock.wake(this.#settings.startMs + atMs, this.#step)
  }
}
