import { HarnessError } from '../environment/errors.ts'
import { TimeDistribution } from '../metrics/time-distribution.ts'
import { MachineClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { thinkingOf } from './choice.ts'
import { Issuer } from './issuer.ts'
import type { Pacer } from './pacer.ts'
import { Recorder } from './recorder.ts'
import type { OperationCounts, WindowResult, WorkloadResult } from './result.ts'
import { WHOLE, shardOfPacer, shardOfUsers } from './shard.ts'
import type { Shard } from './shard.ts'
import type { UserPlan } from './user-plan.ts'
import { problemsOf } from './validity.ts'
import { DEFAULTS, defineWorkload, isOpen } from './workload.ts'
import type { Operation, ThinkTime, Workload } from './workload.ts'

/** What is known of a workload while it runs. */
export interface Snapshot extends OperationCounts {
  readonly elapsedMs: number
  /** Undefined when only the number of operations is known. */
  readonly durationMs: number | undefined
  /** All operations that will be due; undefined when only the time is known. */
  readonly plannedInAll: number | undefined
  /** The seconds that are over. */
  readonly windows: readonly WindowResult[]
}

export interface RunOptions {
  /** Ends the workload early. */
  readonly signal?: AbortSignal
  /** Hears how it stands, each second. */
  readonly onProgress?: (snapshot: Snapshot) => void
  /** Asked each second whether the workload is to be ended early, and why. */
  readonly judgeLive?: (windows: readonly WindowResult[]) => string | undefined
  /** One of several generators that share the workload. */
  readonly shard?: Shard
  /** Another clock than the machine's, for tests. */
  readonly clock?: Clock
  /** When to begin, of `performance.timeOrigin + performance.now()`, so that shards begin together; at once by default. */
  readonly startAtMs?: number
}

const SNAPSHOT_EVERY_MS = 1_000
/** After so many operations without a wait, answers are read. */
const BURST = 32
/** How often it is looked whether users are to come. */
const USERS_EVERY_MS = 10

/**
 * Runs a workload in this thread.
 *
 * Each operation is issued at its due time, whatever became of those before it. Three times are kept for each: response,
 * from when it was due; service, from when it was sent; and lateness, from due to sent.
 *
 * @throws HarnessError when the workload cannot be run, or when operations were lost count of
 */
export async function runWorkload<State>(given: Workload<State>, options: RunOptions = {}): Promise<WorkloadResult> {
  const workload = defineWorkload(given)
  const clock = options.clock ?? (await MachineClock.start())
  try {
    const state = (await workload.setup?.()) as State
    try {
      return await new Run(workload, state, clock, options).result()
    } finally {
      await workload.teardown?.(state)
    }
  } finally {
    clock.close()
  }
}

class Run<State> {
  readonly #workload: Workload<State>
  readonly #options: RunOptions
  readonly #shard: Shard
  readonly #clock: Clock
  readonly #recorder = new Recorder()
  readonly #issuer: Issuer<State>
  readonly #seed: number
  readonly #startMs: number
  readonly #cpuBefore = process.threadCpuUsage()
  #aborted: { readonly atMs: number; readonly why: string } | undefined
  #lastIssuedMs = 0

  constructor(workload: Workload<State>, state: State, clock: Clock, options: RunOptions) {
    this.#workload = workload
    this.#options = options
    this.#shard = options.shard ?? WHOLE
    this.#clock = clock
    this.#seed = workload.seed ?? DEFAULTS.seed
    this.#startMs = options.startAtMs === undefined ? this.#clock.now() : options.startAtMs - performance.timeOrigin
    this.#issuer = new Issuer({
      clock: this.#clock,
      startMs: this.#startMs,
      recorder: this.#recorder,
      operations: workload.operations,
      timeoutMs: workload.operationTimeoutMs ?? DEFAULTS.operationTimeoutMs,
      seed: this.#seed,
      state,
    })
  }

  async result(): Promise<WorkloadResult> {
    const { signal } = this.#options
    const interrupt = (): void => this.#abort('it was interrupted')
    signal?.addEventListener('abort', interrupt, { once: true })
    if (signal?.aborted) interrupt()
    const stopLooking = this.#clock.every(SNAPSHOT_EVERY_MS, () => this.#look())
    const { arrival } = this.#workload
    try {
      await this.#clock.until(this.#startMs)
      if (isOpen(arrival)) await this.#issueAll(shardOfPacer(arrival, this.#shard))
      else await this.#serveUsers(shardOfUsers(arrival, this.#shard))
      await this.#issuer.settled()
    } finally {
      stopLooking()
      signal?.removeEventListener('abort', interrupt)
      this.#issuer.close()
    }
    return this.#describe()
  }

  #elapsedMs(): number {
    return this.#clock.now() - this.#startMs
  }

  /** Open: what is due is issued, come what may. */
  async #issueAll(pacer: Pacer): Promise<void> {
    const most = this.#mostConcurrent()
    let burst = 0
    for (let started = 0; !this.#aborted; started++) {
      const elapsedMs = this.#elapsedMs()
      const waitMs = pacer.wait(elapsedMs, started)
      if (waitMs === 'end') break
      const dueMs = elapsedMs + waitMs
      if (waitMs > 0) {
        burst = 0
        await this.#clock.until(this.#startMs + dueMs)
        if (this.#aborted) break
      } else if (++burst % BURST === 0) await this.#clock.yield()
      const index = started * this.#shard.of + this.#shard.index
      if (this.#issuer.running >= most) this.#issuer.drop(index, dueMs)
      else this.#issuer.issue(index, dueMs)
      this.#lastIssuedMs = this.#elapsedMs()
    }
    // What was planned for the end of the schedule has been issued, and the schedule goes on to its end.
    if (!this.#aborted) await this.#clock.until(this.#startMs + pacer.durationMs)
  }

  #mostConcurrent(): number {
    const most = this.#workload.maxConcurrency ?? DEFAULTS.maxConcurrency
    return Math.max(1, Math.ceil((most - this.#shard.index) / this.#shard.of))
  }

  /** Closed: each user begins the next operation when the last has ended, and the user has thought. */
  async #serveUsers(plan: UserPlan): Promise<void> {
    let [started, users] = [0, 0]
    const isOver = (): boolean => {
      if (this.#aborted || started >= (plan.iterations ?? Infinity)) return true
      return this.#elapsedMs() >= (plan.durationMs ?? Infinity)
    }
    const leave = (): void => void users--
    const begin = (user: number): void => {
      if (isOver() || user >= plan.usersAt(this.#elapsedMs())) return leave()
      const index = started++ * this.#shard.of + this.#shard.index
      const dueMs = this.#elapsedMs()
      this.#issuer.issue(index, dueMs, (operation) => {
        this.#lastIssuedMs = this.#elapsedMs()
        const thinkMs = thinkTimeOf(operation, this.#workload.thinkTimeMs, this.#seed, index)
        if (thinkMs > 0) setTimeout(() => begin(user), thinkMs)
        // Not from within: a user whose operations end at once would never let answers be read.
        else queueMicrotask(() => begin(user))
      })
    }
    while (!isOver()) {
      const wanted = plan.usersAt(this.#elapsedMs())
      for (; users < wanted && !isOver(); users++) begin(users)
      await this.#clock.until(this.#clock.now() + USERS_EVERY_MS)
    }
  }

  #look(): void {
    this.#recorder.closeWindows(this.#elapsedMs())
    const { windows } = this.#recorder
    const { onProgress, judgeLive } = this.#options
    const { arrival } = this.#workload
    onProgress?.({
      ...this.#recorder.counts,
      elapsedMs: this.#elapsedMs(),
      durationMs: arrival.durationMs,
      plannedInAll: isOpen(arrival) ? arrival.planned : arrival.iterations,
      windows,
    })
    const why = judgeLive?.(windows)
    if (why !== undefined) this.#abort(why)
  }

  #abort(why: string): void {
    if (this.#aborted) return
    this.#aborted = { atMs: Math.round(this.#elapsedMs()), why }
    this.#issuer.abandon(new Error(`the workload was ended: ${why}`))
  }

  #describe(): WorkloadResult {
    const { name, arrival, latenessBudgetMs = DEFAULTS.latenessBudgetMs } = this.#workload
    const cpu = process.threadCpuUsage(this.#cpuBefore)
    const isPacer = isOpen(arrival)
    const endedMs = this.#aborted?.atMs ?? this.#lastIssuedMs
    const durationMs = isPacer ? (this.#aborted?.atMs ?? arrival.durationMs) : endedMs
    const recorded = this.#recorder.finish()
    assertConserved(name, recorded)
    const busyMs = (cpu.user + cpu.system) / 1_000 - this.#clock.spunMs
    const busiestThread = Math.max(0, Math.min(1, busyMs / Math.max(1, this.#elapsedMs())))
    const issuedOverMs = Math.max(durationMs, isPacer ? this.#lastIssuedMs : 0, 1)
    const achievedPerSecond = (recorded.planned / issuedOverMs) * 1_000
    const plannedPerSecond = isPacer ? (this.#plannedHere(arrival) / arrival.durationMs) * 1_000 : null
    const open =
      plannedPerSecond === null || this.#aborted
        ? {}
        : { open: { lateness: recorded.lateness, latenessBudgetMs, plannedPerSecond, achievedPerSecond } }
    return {
      format: 'proving-ground/workload/1',
      name,
      kind: isPacer ? 'open' : 'closed',
      arrival: String(arrival),
      seed: this.#seed,
      startedAt: new Date(Date.now() - this.#elapsedMs()).toISOString(),
      durationMs,
      plannedPerSecond,
      achievedPerSecond,
      ...recorded,
      generator: { threads: 1, busiestThread },
      problems: problemsOf({ ...open, durationMs, busiestThread }),
      ...(this.#aborted ? { aborted: this.#aborted } : {}),
    }
  }

  #plannedHere(arrival: Pacer): number {
    return shardOfPacer(arrival, this.#shard).planned
  }
}

function thinkTimeOf<State>(
  { thinkTimeMs: own }: Operation<State>,
  ofAll: ThinkTime | undefined,
  seed: number,
  index: number,
): number {
  const thinkTime = own ?? ofAll ?? 0
  return typeof thinkTime === 'number' ? thinkTime : thinkTime(thinkingOf(seed, index))
}

/** Nothing is lost count of: planned = completed + failed + dropped + in flight, and what completed was measured. */
function assertConserved(name: string, counts: OperationCounts & { readonly response: string }): void {
  const { planned, completed, failed, dropped, inFlight, response } = counts
  const measured = TimeDistribution.of(response).count
  if (inFlight >= 0 && planned === completed + failed + dropped + inFlight && measured === completed) return
  throw new HarnessError(
    `the workload "${name}" lost count: ${planned} planned, ${completed} completed, ${failed} failed, ${dropped} dropped, ${inFlight} in flight, ${measured} measured`,
  )
}
