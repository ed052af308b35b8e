import { chooser } from './choice.ts'
import type { Clock } from './clock.ts'
import type { Lane } from './recorder.ts'
import { RunningOperation } from './running-operation.ts'
import type { Shared } from './running-operation.ts'
import type { Operation } from './workload.ts'

/** How often it is looked whether deadlines have passed. */
const SWEEP_EVERY_MS = 10

export interface IssuerSettings<State> extends Shared<State> {
  readonly clock: Clock
  readonly operations: readonly Operation<State>[]
  /** Hears of each operation of a user that has ended, however it did. Times are since the workload began. */
  readonly onEnd: (user: number, operation: Operation<State>, index: number, endedMs: number) => void
}

/** The user of an operation that no user waits for. */
export const NOBODY = -1

/** Starts operations and waits for them to end, each at the latest at its deadline. */
export class Issuer<State> {
  readonly #settings: IssuerSettings<State>
  readonly #clock: Clock
  readonly #startMs: number
  readonly #choose: (index: number) => Operation<State>
  readonly #lanes: ReadonlyMap<Operation<State>, Lane>
  readonly #stopSweeping: () => void
  /** Those that run, in the order in which they were sent. */
  #first: RunningOperation<State> | undefined
  #last: RunningOperation<State> | undefined
  #idle: (() => void) | undefined
  running = 0
  /** When the last operation ended. */
  lastEndedMs = 0

  constructor(settings: IssuerSettings<State>) {
    const { clock, operations, recorder, seed, startMs } = settings
    this.#settings = settings
    this.#clock = clock
    this.#startMs = startMs
    this.#choose = chooser(operations, seed)
    this.#lanes = new Map(operations.map((one) => [one, recorder.lane(one.name, one.tags ?? [])]))
    this.#stopSweeping = clock.every(SWEEP_EVERY_MS, () => this.#expire())
  }

  /** Starts an operation that was due at `dueMs`. */
  issue(index: number, dueMs: number, user = NOBODY): void {
    const { recorder } = this.#settings
    const operation = this.#choose(index)
    const sentMs = this.#clock.now() - this.#startMs
    const lane = this.#lanes.get(operation) as Lane
    const running = new RunningOperation(this.#settings, lane, index, dueMs, sentMs, user, this.#last)
    if (this.#last) this.#last.later = running
    else this.#first = running
    this.#last = running
    this.running++
    recorder.planned(dueMs)
    recorder.sent(dueMs, sentMs)
    let answer: unknown
    try {
      answer = operation.run(running)
    } catch (error) {
      this.#failed(running, operation, error)
      return
    }
    if (isThenable(answer))
      answer.then(
        () => this.#completed(running, operation),
        (error: unknown) => this.#failed(running, operation, error),
      )
    else this.#completed(running, operation)
  }

  /** Could not start: the bound on concurrency is reached. */
  drop(index: number, dueMs: number): void {
    const { recorder } = this.#settings
    recorder.planned(dueMs)
    recorder.dropped(this.#lanes.get(this.#choose(index)) as Lane, dueMs)
  }

  /** Resolves when nothing runs any more. */
  async settled(): Promise<void> {
    while (this.running > 0) await new Promise<void>((resolve) => (this.#idle = resolve))
  }

  /** Gives up all that runs: it is in flight for good. */
  abandon(why: Error): void {
    for (let running = this.#first; running; running = this.#first) {
      this.#settings.recorder.abandoned(running.lane)
      this.#remove(running)
      running.abort(why)
    }
  }

  close(): void {
    this.#stopSweeping()
  }

  #completed(running: RunningOperation<State>, operation: Operation<State>): void {
    if (running.isSettled) return // Its deadline has passed: that answer was not waited for.
    const endedMs = this.#clock.now() - this.#startMs
    if (endedMs - running.dueMs > this.#settings.timeoutMs) return this.#failed(running, operation, this.#late(running))
    this.#settings.recorder.completed(running.lane, running.dueMs, running.sentMs, endedMs)
    this.#end(running, operation, endedMs)
  }

  #failed(running: RunningOperation<State>, operation: Operation<State>, error: unknown): void {
    if (running.isSettled) return
    const endedMs = this.#clock.now() - this.#startMs
    this.#settings.recorder.failed(running.lane, running.dueMs, endedMs, error)
    this.#end(running, operation, endedMs)
  }

  #end(running: RunningOperation<State>, operation: Operation<State>, endedMs: number): void {
    this.lastEndedMs = endedMs
    this.#remove(running)
    if (running.user !== NOBODY) this.#settings.onEnd(running.user, operation, running.index, endedMs)
  }

  #remove(running: RunningOperation<State>): void {
    const { earlier, later } = running
    running.isSettled = true
    if (earlier) earlier.later = later
    else this.#first = later
    if (later) later.earlier = earlier
    else this.#last = earlier
    running.earlier = running.later = undefined
    this.running--
    if (this.running === 0) this.#idle?.()
  }

  /** Operations are sent in the order in which they were due, so that the first deadline is that of the first. */
  #expire(): void {
    const nowMs = this.#clock.now() - this.#startMs
    for (let running = this.#first; running; running = this.#first) {
      if (nowMs - running.dueMs <= this.#settings.timeoutMs) return
      const operation = this.#choose(running.index)
      const late = this.#late(running)
      this.#failed(running, operation, late)
    }
  }

  #late(running: RunningOperation<State>): Error {
    const late = new Error(`no answer within ${this.#settings.timeoutMs} ms from when it was due`)
    running.abort(late)
    return late
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
