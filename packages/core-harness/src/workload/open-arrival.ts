import type { Clock } from './clock.ts'
import type { Issuer } from './issuer.ts'
import type { Pacer } from './pacer.ts'
import type { Shard } from './shard.ts'

/** After so many operations without a wait, answers are read. */
const BURST = 32

export interface OpenArrivalSettings<State> {
  readonly pacer: Pacer
  readonly shard: Shard
  readonly issuer: Issuer<State>
  readonly clock: Clock
  /** Of the clock, when the workload began. */
  readonly startMs: number
  readonly maxConcurrency: number
}

/** Issues what is due, come what may. */
export class OpenArrival<State> {
  readonly #settings: OpenArrivalSettings<State>
  #started = 0
  #isEnded = false
  #end: () => void = () => undefined
  /** When the last operation was issued, since the workload began. */
  lastIssuedMs = 0

  constructor(settings: OpenArrivalSettings<State>) {
    this.#settings = settings
  }

  /** Resolves when the schedule has come to its end. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      this.#end = resolve
      if (this.#isEnded) resolve()
      else this.#settings.clock.wake(this.#settings.startMs, this.#step)
    })
  }

  /** Ends it before its time. */
  stop(): void {
    this.#isEnded = true
    this.#end()
  }

  readonly #step = (): void => {
    const { pacer, issuer, clock, startMs, shard, maxConcurrency } = this.#settings
    for (let burst = 0; !this.#isEnded; burst++) {
      const nowMs = clock.now() - startMs
      // Asked at the beginning, so that a due time has no rounding error that hangs on the moment.
      const dueMs = pacer.wait(0, this.#started)
      if (dueMs === 'end') return this.#endAt(pacer.durationMs)
      if (dueMs > nowMs || burst === BURST) return clock.wake(startMs + dueMs, this.#step)
      const index = this.#started++ * shard.of + shard.index
      this.lastIssuedMs = nowMs
      if (issuer.running >= maxConcurrency) issuer.drop(index, dueMs)
      else issuer.issue(index, dueMs)
    }
  }

  /** What was planned for the end of the schedule has been issued, and the schedule goes on to its end. */
  #endAt(durationMs: number): void {
    const { clock, startMs } = this.#settings
    clock.wake(startMs + durationMs, () => this.stop())
  }
}
