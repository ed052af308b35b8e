import { setTimeout as delay } from 'node:timers/promises'

import { HarnessError, messageOf } from '../environment/errors.ts'
import type { FaultRecord } from './fault.ts'
import type { PlannedFault } from './plan.ts'

const NS_PER_MS = 1_000_000

/** The time of a schedule, in nanoseconds on any origin. */
export interface FaultClock {
  nowNs(): bigint
  /** @throws the signal's reason when that comes first */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** The monotonic clock of this machine, which histories use too. */
export const monotonicClock: FaultClock = {
  nowNs: () => process.hrtime.bigint(),
  sleep: async (ms, signal) => void (await delay(ms, undefined, { signal })),
}

export interface FaultRun {
  /** Of those that were begun and healed so far. */
  readonly records: readonly FaultRecord[]
  /**
   * Resolves with all records when the plan is done or was given up, and nothing is in effect any more.
   *
   * @throws HarnessError that tells everything that could not be begun or healed
   */
  readonly ended: Promise<readonly FaultRecord[]>
  /** Gives up what was not begun, heals what was, and waits for `ended`. */
  stop(): Promise<readonly FaultRecord[]>
}

export interface FaultRunOptions {
  /** Heals everything at once: the end of the test. */
  readonly signal?: AbortSignal
  /** Time zero of the records, on the clock; now when left out. */
  readonly originNs?: bigint
  readonly clock?: FaultClock
}

/**
 * Carries a plan out. Whatever was begun is healed: in time, or when the signal comes, the run is stopped, or another fault
 * cannot be begun. A fault that begins late, because its target was not yet healed, lasts as long as it was planned.
 */
export function runFaults(
  plan: readonly PlannedFault[],
  { signal, clock = monotonicClock, originNs = clock.nowNs() }: FaultRunOptions = {},
): FaultRun {
  const startedNs = clock.nowNs()
  const elapsedMs = (): number => Number(clock.nowNs() - startedNs) / NS_PER_MS
  const giveUp = new AbortController()
  const until = signal ? AbortSignal.any([signal, giveUp.signal]) : giveUp.signal
  const records: FaultRecord[] = []
  const failures: string[] = []

  async function attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      failures.push(`${what}: ${messageOf(error)}`)
      giveUp.abort()
    }
  }

  /** @returns false when it was given up before */
  async function reaches(ms: number): Promise<boolean> {
    const left = ms - elapsedMs()
    if (left > 0) await clock.sleep(left, until).catch((error: unknown) => demandAborted(error, until))
    return !until.aborted
  }

  async function runOne({ fault, fromMs, toMs }: PlannedFault): Promise<void> {
    const sinceOrigin = (): number => Number(clock.nowNs() - originNs)
    const named = `"${fault.kind}" of ${fault.target}`
    const fromNs = sinceOrigin()
    await attempt(`beginning ${named}`, () => fault.begin())
    await reaches(elapsedMs() + (toMs - fromMs))
    await attempt(`healing ${named}`, () => fault.heal())
    records.push({ kind: fault.kind, target: fault.target, fromNs, toNs: sinceOrigin(), touched: fault.touched() })
  }

  async function runLane(lane: readonly PlannedFault[]): Promise<void> {
    for (const one of lane) {
      if (!(await reaches(one.fromMs))) return
      await runOne(one)
    }
  }

  const ended = Promise.all(lanesOf(plan).map(runLane)).then(() => {
    records.sort((one, other) => one.fromNs - other.fromNs)
    if (failures.length === 0) return records
    throw new HarnessError(`running faults: ${failures.join('; ')}`)
  })
  ended.catch(() => undefined) // Told to whoever waits for it.
  return {
    records,
    ended,
    stop() {
      giveUp.abort()
      return ended
    },
  }
}

/** Faults of one target one after the other, whatever time beginning and healing take; those that are to overlap in lanes of their own. */
function lanesOf(plan: readonly PlannedFault[]): PlannedFault[][] {
  const lanes: PlannedFault[][] = []
  for (const one of plan) {
    const fits = (lane: PlannedFault[]): boolean =>
      lane[0]?.fault.target === one.fault.target && (lane.at(-1)?.toMs ?? 0) <= one.fromMs
    const own = lanes.find((lane) => lane.some(({ fault }) => fault === one.fault)) ?? lanes.find(fits)
    if (own) own.push(one)
    else lanes.push([one])
  }
  return lanes
}

function demandAborted(error: unknown, signal: AbortSignal): void {
  if (!signal.aborted) throw error
}

/** A record as the band of a workload at L4. */
export function bandOf(
  { kind, target, fromNs, toNs }: FaultRecord,
  workload: string,
  workloadBeganNs: number,
): { kind: string; target: string; workload: string; fromMs: number; toMs: number } {
  const ms = (ns: number): number => (ns - workloadBeganNs) / NS_PER_MS
  return { kind, target, workload, fromMs: ms(fromNs), toMs: ms(toNs) }
}
