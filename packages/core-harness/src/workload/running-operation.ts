import { randomOf } from './choice.ts'
import type { Lane, Recorder } from './recorder.ts'
import type { OperationContext } from './workload.ts'

/** What all operations of a run have in common. */
export interface Shared<State> {
  readonly state: State
  readonly recorder: Recorder
  readonly seed: number
  /** Of the clock, when the workload began. */
  readonly startMs: number
  readonly timeoutMs: number
}

/**
 * One operation while it runs, and the context that it is given. There may be a hundred thousand in a second: what few of
 * them use is made when it is asked for. Times are in milliseconds since the workload began.
 */
export class RunningOperation<State> implements OperationContext<State> {
  readonly index: number
  readonly dueMs: number
  readonly sentMs: number
  /** The user of a closed workload that waits for it. */
  readonly user: number
  lane: Lane
  isSettled = false
  /** Neighbours in the list of those that run. */
  earlier: RunningOperation<State> | undefined
  later: RunningOperation<State> | undefined
  readonly #shared: Shared<State>
  #controller: AbortController | undefined
  #onAbort: ((reason: Error) => void) | undefined
  #aborted: Error | undefined

  constructor(
    shared: Shared<State>,
    lane: Lane,
    index: number,
    dueMs: number,
    sentMs: number,
    user: number,
    earlier: RunningOperation<State> | undefined,
  ) {
    this.#shared = shared
    this.lane = lane
    this.index = index
    this.dueMs = dueMs
    this.sentMs = sentMs
    this.user = user
    this.earlier = earlier
  }

  get state(): State {
    return this.#shared.state
  }

  get deadlineMs(): number {
    return this.#shared.startMs + this.dueMs + this.#shared.timeoutMs
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#aborted) this.#controller.abort(this.#aborted)
    return this.#controller.signal
  }

  get onAbort(): (callback: (reason: Error) => void) => void {
    return (callback) => {
      const others = this.#onAbort
      if (this.#aborted) callback(this.#aborted)
      else if (!others) this.#onAbort = callback
      else
        this.#onAbort = (reason) => {
          others(reason)
          callback(reason)
        }
    }
  }

  get random(): () => number {
    return randomOf(this.#shared.seed, this.index)
  }

  get count(): (name: string, by?: number) => void {
    return (name, by = 1) => {
      if (!this.isSettled) this.#shared.recorder.count(name, by)
    }
  }

  get measure(): (name: string, milliseconds: number) => void {
    return (name, milliseconds) => {
      if (!this.isSettled) this.#shared.recorder.measure(name, milliseconds)
    }
  }

  get tag(): (name: string) => void {
    return (name) => {
      if (!this.isSettled) this.lane = this.#shared.recorder.tagged(this.lane, name)
    }
  }

  abort(why: Error): void {
    this.#aborted = why
    this.#controller?.abort(why)
    this.#onAbort?.(why)
    this.#onAbort = undefined
  }
}
