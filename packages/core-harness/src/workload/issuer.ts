import type { Clock } from './clock.ts'
import { chooser } from './choice.ts'
import type { Recorder } from './recorder.ts'
import { RunningOperation } from './running-operation.ts'
import type { Operation } from './workload.ts'

/** How often it is looked whether deadlines have passed. */
const SWEEP_EVERY_MS = 10

/** Hears that an operation has ended. */
type Ended<State> = (operation: Operation<State>, index: number) => void

export interface IssuerSettings<State> {
  readonly clock: Clock
  /** Of the clock, when the workload began. */
  readonly startMs: number
  readonly recorder: Recorder
  readonly operations: readonly Operation<State>[]
  readonly timeoutMs: number
  readonly seed: number
  readonly state: State
}

/** Starts operations and waits for them to end, each at the latest at its deadline. */
export class Issuer<State> {
  readonly #settings: IssuerSettings<State>
  readonly #choose: (index: number) => Operation<State>
  /** In the order of their deadlines: all have the same time. */
  readonly #running = new Map<RunningOperation<State>, Ended<State> | undefined>()
  readonly #stopSweeping: () => void
  #idle: (() => void) | undefined

  constructor(settings: IssuerSettings<State>) {
    this.#settings = settings
    this.#choose = chooser(settings.operations, settings.seed)
    this.#stopSweeping = settings.clock.every(SWEEP_EVERY_MS, () => this.#expire())
  }

  get running(): number {
    return this.#running.size
  }

  /** @param ended is called when the operation has ended, with it */
  issue(index: number, dueMs: number, ended?: Ended<State>): void {
    const { clock, startMs, recorder, timeoutMs } = this.#settings
    const sentMs = clock.now() - startMs
    const times = { dueMs, sentMs, deadlineMs: startMs + dueMs + timeoutMs }
    const running = new RunningOperation(this.#choose(index), index, times, this.#settings)
    this.#running.set(running, ended)
    recorder.planned(dueMs)
    recorder.sent(dueMs, sentMs)
    let answer: unknown
    try {
      answer = running.operation.run(running)
    } catch (error) {
      this.#failed(running, error)
      return
    }
    if (!isThenable(answer)) return this.#completed(running)
    answer.then(
      () => this.#completed(running),
      (error: unknown) => this.#failed(running, error),
    )
  }

  /** Could not start: the bound on concurrency is reached. */
  drop(index: number, dueMs: number): void {
    const { recorder } = this.#settings
    const { name, tags = [] } = this.#choose(index)
    recorder.planned(dueMs)
    recorder.dropped([name, ...tags], dueMs)
  }

  /** Resolves when nothing runs any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve))
  }

  /** Gives up all that runs: it is in flight for good. */
  abandon(why: Error): void {
    for (const running of this.#running.keys()) {
      running.isSettled = true
      running.abort(why)
      this.#settings.recorder.abandoned(running.tags)
    }
    this.#running.clear()
    this.#idle?.()
  }

  close(): void {
    this.#stopSweeping()
  }

  #completed(running: RunningOperation<State>): void {
    if (running.isSettled) return // Its deadline has passed: that answer was not waited for.
    const { clock, startMs, recorder } = this.#settings
    const endedMs = clock.now() - startMs
    if (startMs + endedMs > running.deadlineMs) return this.#expireOne(running)
    recorder.completed(running.tags, running.dueMs, running.sentMs, endedMs)
    this.#settle(running)
  }

  #failed(running: RunningOperation<State>, error: unknown): void {
    if (running.isSettled) return
    const { clock, startMs, recorder } = this.#settings
    recorder.failed(running.operation.name, running.tags, running.dueMs, clock.now() - startMs, error)
    this.#settle(running)
  }

  #settle(running: RunningOperation<State>): void {
    const ended = this.#running.get(running)
    running.isSettled = true
    this.#running.delete(running)
    ended?.(running.operation, running.index)
    if (this.#running.size === 0) this.#idle?.()
  }

  #expire(): void {
    const nowMs = this.#settings.clock.now()
    for (const running of this.#running.keys()) {
      if (running.deadlineMs > nowMs) return
      this.#expireOne(running)
    }
  }

  #expireOne(running: RunningOperation<State>): void {
    const { timeoutMs } = this.#settings
    const late = new Error(`no answer within ${timeoutMs} ms from when it was due`)
    running.abort(late)
    this.#failed(running, late)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
