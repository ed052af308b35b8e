import { randomOf } from './choice.ts'
import type { Recorder } from './recorder.ts'
import type { Operation, OperationContext } from './workload.ts'

/**
 * One operation while it runs, and the context that it is given. What few operations use is made when it is asked for.
 * Times are in milliseconds since the workload began.
 */
export class RunningOperation<State> implements OperationContext<State> {
  readonly operation: Operation<State>
  readonly index: number
  readonly state: State
  readonly dueMs: number
  readonly sentMs: number
  readonly deadlineMs: number
  isSettled = false
  readonly #recorder: Recorder
  readonly #seed: number
  #tags: string[] | undefined
  #abort: AbortController | undefined

  constructor(
    operation: Operation<State>,
    index: number,
    times: { readonly dueMs: number; readonly sentMs: number; readonly deadlineMs: number },
    shared: { readonly state: State; readonly recorder: Recorder; readonly seed: number },
  ) {
    this.operation = operation
    this.index = index
    this.state = shared.state
    this.dueMs = times.dueMs
    this.sentMs = times.sentMs
    this.deadlineMs = times.deadlineMs
    this.#recorder = shared.recorder
    this.#seed = shared.seed
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    return this.#abort.signal
  }

  get random(): () => number {
    return randomOf(this.#seed, this.index)
  }

  get count(): (name: string, by?: number) => void {
    return (name, by = 1) => {
      if (!this.isSettled) this.#recorder.count(name, by)
    }
  }

  get measure(): (name: string, milliseconds: number) => void {
    return (name, milliseconds) => {
      if (!this.isSettled) this.#recorder.measure(name, milliseconds)
    }
  }

  get tag(): (name: string) => void {
    return (name) => {
      if (!this.tags.includes(name)) this.#tags = [...this.tags, name]
    }
  }

  get tags(): readonly string[] {
    return (this.#tags ??= [this.operation.name, ...(this.operation.tags ?? [])])
  }

  abort(why: Error): void {
    this.#abort?.abort(why)
  }
}
