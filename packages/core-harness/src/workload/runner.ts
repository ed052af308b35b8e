import { HarnessError } from '../environment/errors.ts'
import { TimeDistribution } from '../metrics/time-distribution.ts'
import { MachineClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { constantRate } from './constant-rate.ts'
import { thinkingOf } from './choice.ts'
import { Issuer } from './issuer.ts'
import { OpenArrival } from './open-arrival.ts'
import { Recorder } from './recorder.ts'
import type { OperationCounts, WindowResult, WorkloadResult } from './result.ts'
import { WHOLE, shardOfPacer, shardOfUsers } from './shard.ts'
import type { Shard } from './shard.ts'
import { Users } from './users.ts'
import { problemsOf } from './validity.ts'
import { DEFAULTS, isOpen } from './workload.ts'
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

export interface ShardOptions {
  /** Ends the workload early. Its reason says why. */
  readonly signal?: AbortSignal
  /** Hears how it stands, each second. */
  readonly onProgress?: (snapshot: Snapshot) => void
  /** Asked each second whether the workload is to be ended early, and why. */
  readonly judgeLive?: (windows: readonly WindowResult[]) => string | undefined
  /** One of several generators that share the workload. */
  readonly shard?: Shard
  /** Another clock than the machine's, for tests. */
  readonly clock?: Clock
  /**
   * Called when all is set up. When to begin, of `performance.timeOrigin + performance.now()`, so that shards begin
   * together; at once when left out.
   */
  readonly beginAt?: () => Promise<number>
}

const REHEARSAL = { ratePerSecond: 40_000, durationMs: 250 } as const
const SNAPSHOT_EVERY_MS = 1_000
/** The share of a core is judged over at least so long. */
const SHORTEST_MS = 1

/**
 * Runs a workload, or one shard of it, in this thread.
 *
 * @throws HarnessError when the workload cannot be run, or when operations were lost count of
 */
export async function runShard<State>(workload: Workload<State>, options: ShardOptions): Promise<WorkloadResult> {
  const clock = options.clock ?? (await MachineClock.start())
  try {
    if (!options.clock) await rehearse(clock)
    const state = (await workload.setup?.(options.shard ?? WHOLE)) as State
    try {
      const beginAtMs = await options.beginAt?.()
      const startMs = beginAtMs === undefined ? clock.now() : beginAtMs - performance.timeOrigin
      return await new Run(workload, state, clock, startMs, options).result()
    } finally {
      await workload.teardown?.(state)
    }
  } finally {
    clock.close()
  }
}

let isRehearsed = false

/**
 * What code does for the first time takes long, and would make the first operations of a short workload late: here operations
 * that do nothing come first. The service sees none of it.
 */
async function rehearse(clock: Clock): Promise<void> {
  if (isRehearsed) return
  isRehearsed = true
  const workload: Workload<undefined> = {
    name: 'rehearsal',
    arrival: constantRate(REHEARSAL),
    operations: [{ name: 'nothing', run: () => Promise.resolve() }],
  }
  await new Run(workload, undefined, clock, clock.now(), {}).result()
}

class Run<State> {
  readonly #workload: Workload<State>
  readonly #options: ShardOptions
  readonly #clock: Clock
  readonly #startMs: number
  readonly #startedAt: string
  readonly #recorder = new Recorder()
  readonly #issuer: Issuer<State>
  readonly #arrival: OpenArrival<State> | Users<State>
  readonly #cpuBefore = process.threadCpuUsage()
  #aborted: { readonly atMs: number; readonly why: string } | undefined

  constructor(workload: Workload<State>, state: State, clock: Clock, startMs: number, options: ShardOptions) {
    const { arrival, operations, seed = DEFAULTS.seed, operationTimeoutMs = DEFAULTS.operationTimeoutMs } = workload
    const { shard = WHOLE } = options
    this.#workload = workload
    this.#options = options
    this.#clock = clock
    this.#startMs = startMs
    this.#startedAt = new Date(Date.now() + startMs - clock.now()).toISOString()
    const onEnd = this.#thinkingUser()
    const recorder = this.#recorder
    this.#issuer = new Issuer({
      clock,
      startMs,
      recorder,
      operations,
      timeoutMs: operationTimeoutMs,
      seed,
      state,
      onEnd,
    })
    const driving = { shard, issuer: this.#issuer, clock, startMs }
    this.#arrival = isOpen(arrival)
      ? new OpenArrival({ ...driving, pacer: shardOfPacer(arrival, shard), maxConcurrency: this.#mostAtOnce(shard) })
      : new Users({ ...driving, plan: shardOfUsers(arrival, shard) })
  }

  async result(): Promise<WorkloadResult> {
    const { signal } = this.#options
    const interrupt = (): void => this.#abort(interruptionOf(signal?.reason))
    signal?.addEventListener('abort', interrupt, { once: true })
    if (signal?.aborted) interrupt()
    const stopLooking = this.#clock.every(SNAPSHOT_EVERY_MS, () => this.#look())
    try {
      await this.#arrival.run()
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

  #mostAtOnce({ index, of }: Shard): number {
    const { maxConcurrency = DEFAULTS.maxConcurrency } = this.#workload
    return Math.max(1, Math.ceil((maxConcurrency - index) / of))
  }

  #thinkingUser(): (user: number, operation: Operation<State>, index: number, endedMs: number) => void {
    const { thinkTimeMs, seed = DEFAULTS.seed } = this.#workload
    return (user, operation, index, endedMs) => {
      if (this.#arrival instanceof Users)
        this.#arrival.ready(user, endedMs + thinkTimeOf(operation.thinkTimeMs ?? thinkTimeMs, seed, index))
    }
  }

  #look(): void {
    this.#recorder.closeWindows(this.#elapsedMs())
    const { windows, counts } = this.#recorder
    const { onProgress, judgeLive } = this.#options
    const { arrival } = this.#workload
    onProgress?.({
      ...counts,
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
    this.#aborted = { atMs: Math.max(0, Math.round(this.#elapsedMs())), why }
    this.#arrival.stop()
    this.#issuer.abandon(new Error(`the workload was ended: ${why}`))
  }

  #describe(): WorkloadResult {
    const { name, arrival, seed = DEFAULTS.seed, latenessBudgetMs = DEFAULTS.latenessBudgetMs } = this.#workload
    const { shard = WHOLE } = this.#options
    const cpu = process.threadCpuUsage(this.#cpuBefore)
    const busyMs = (cpu.user + cpu.system) / 1_000
    const busiestThread = Math.min(1, busyMs / Math.max(SHORTEST_MS, this.#elapsedMs()))
    const recorded = this.#recorder.finish()
    assertConserved(name, recorded)
    const durationMs = this.#aborted?.atMs ?? (isOpen(arrival) ? arrival.durationMs : this.#issuer.lastEndedMs)
    const lastIssuedMs = this.#arrival instanceof OpenArrival ? this.#arrival.lastIssuedMs : 0
    const issuedOverMs = Math.max(SHORTEST_MS, durationMs, lastIssuedMs)
    const issuedPerSecond = (recorded.planned / issuedOverMs) * 1_000
    const plannedPerSecond = isOpen(arrival)
      ? (shardOfPacer(arrival, shard).planned / arrival.durationMs) * 1_000
      : null
    const open =
      plannedPerSecond === null || this.#aborted
        ? {}
        : { open: { lateness: recorded.lateness, latenessBudgetMs, plannedPerSecond, issuedPerSecond } }
    return {
      format: 'proving-ground/workload/1',
      name,
      kind: isOpen(arrival) ? 'open' : 'closed',
      arrival: String(arrival),
      seed,
      startedAt: this.#startedAt,
      durationMs,
      plannedPerSecond,
      achievedPerSecond: ((recorded.planned - recorded.dropped) / issuedOverMs) * 1_000,
      ...recorded,
      generator: { threads: 1, busiestThread },
      problems: problemsOf({ ...open, durationMs, busiestThread }),
      ...(this.#aborted ? { aborted: this.#aborted } : {}),
    }
  }
}

function thinkTimeOf(thinkTime: ThinkTime | undefined, seed: number, index: number): number {
  if (thinkTime === undefined || typeof thinkTime === 'number') return thinkTime ?? 0
  return thinkTime(thinkingOf(seed, index))
}

function interruptionOf(reason: unknown): string {
  return typeof reason === 'string' ? reason : 'it was interrupted'
}

/** Nothing is lost count of: planned = completed + failed + dropped + in flight, and what completed was measured. */
function assertConserved(name: string, counts: OperationCounts & { readonly response: string }): void {
  const { planned, completed, failed, dropped, inFlight, response } = counts
  const measured = TimeDistribution.of(response).count
  if (planned === completed + failed + dropped + inFlight && measured === completed) return
  throw new HarnessError(
    `the workload "${name}" lost count: ${planned} planned, ${completed} completed, ${failed} failed, ${dropped} dropped, ${inFlight} in flight, ${measured} measured`,
    { remedy: 'Nothing that it measured can be trusted. This is a mistake in the harness: please report it.' },
  )
}
