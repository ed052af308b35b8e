import type { Json, Operation, Outcome } from '../../../src/history/operation.ts'
import { seededRandom } from '../../../src/statistics/seeded-random.ts'

const NS_PER_MS = 1e6

/** What waits for so many milliseconds each time that it yields. */
export type Doing<Result = void> = Generator<number, Result, void>

/** What came of an operation when it took effect. */
interface Effect {
  readonly outcome?: Outcome
  readonly output?: Json
}

/** Processes on a virtual clock, and the history of what they do. The same seed gives the same history. */
export class Simulation {
  readonly random: () => number
  nowMs = 0
  readonly #due: { readonly atMs: number; readonly doing: Doing }[] = []
  readonly #operations: Omit<Operation, 'index'>[] = []

  constructor(seed: number) {
    this.random = seededRandom(seed)
  }

  start(doing: Doing): void {
    this.#resume(doing)
  }

  /** Until nobody waits any more. */
  run(): readonly Operation[] {
    for (;;) {
      const [next] = this.#due.sort((one, other) => one.atMs - other.atMs)
      if (next === undefined) break
      this.#due.shift()
      this.nowMs = next.atMs
      this.#resume(next.doing)
    }
    return this.#operations
      .toSorted((one, other) => one.invokedNs - other.invokedNs)
      .map((operation, index) => ({ ...operation, index }))
  }

  pick<One>(...from: readonly [One, ...One[]]): One {
    return from[Math.floor(this.random() * from.length)] as One
  }

  /** An operation that takes effect at some time between its invocation and its end. */
  *call(process: number, f: string, input: Json, effect: () => Doing<Effect>): Doing<Effect> {
    const invokedNs = this.nowMs * NS_PER_MS
    yield this.random() * 5
    const found = yield* effect()
    yield this.random() * 5
    this.record({ process, f, input, ...found }, invokedNs)
    return found
  }

  record(
    operation: Effect & { readonly process: number; readonly f: string; readonly input: Json },
    invokedNs: number,
  ): void {
    const { process, f, input, outcome = 'ok', output = null } = operation
    const completedNs = this.nowMs * NS_PER_MS
    this.#operations.push({
      process,
      f,
      input,
      output: outcome === 'ok' ? output : null,
      outcome,
      invokedNs,
      completedNs,
    })
  }

  #resume(doing: Doing): void {
    const { value, done } = doing.next()
    if (!done) this.#due.push({ atMs: this.nowMs + value, doing })
  }
}
