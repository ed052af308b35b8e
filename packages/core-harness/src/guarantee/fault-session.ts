import { messageOf } from '../environment/errors.ts'
import { demandTouched, planFaults, runFaults, untilHealed } from '../fault/index.ts'
import type { Fault, FaultRecord, FaultRun, Rule } from '../fault/index.ts'
import type { FaultEvidence } from '../history/history-evidence.ts'

const NS_PER_MS = 1e6
const HEALED_WITHIN_MS = 10_000

/** A fault that is in effect until it is healed, at the latest when the test ends. */
export interface BegunFault {
  /** Resolves when a real operation has shown that it is over. */
  heal(): Promise<void>
}

/** How it is known that a fault is over. */
export interface HealCheck {
  /** One real operation on what the fault was done to; it is tried again until it resolves. */
  readonly verify: () => Promise<unknown>
  /** 10 s when left out. */
  readonly withinMs?: number
}

export interface FaultPlanOptions extends HealCheck {
  /** How long the workload beside it takes. */
  readonly lengthMs: number
  /** Whether faults of one target may be in effect at once. */
  readonly overlap?: boolean
}

/** What the test of one guarantee does to the system on purpose. */
export class FaultSession {
  /** Time zero of all records, on the monotonic clock. */
  readonly originNs = process.hrtime.bigint()
  readonly #seed: number
  readonly #signal: AbortSignal
  readonly #runs: FaultRun[] = []
  readonly #begun = new Map<Fault, number>()
  readonly #records: FaultRecord[] = []
  readonly #unverified = new Set<HealCheck>()

  constructor(seed: number, signal: AbortSignal) {
    this.#seed = seed
    this.#signal = signal
  }

  /** All that were healed, in the order in which they began. */
  get records(): readonly FaultRecord[] {
    return [...this.#records, ...this.#runs.flatMap(({ records }) => records)].sort((a, b) => a.fromNs - b.fromNs)
  }

  /** Resolves when it is in effect. */
  async begin(fault: Fault, check: HealCheck): Promise<BegunFault> {
    this.#begun.set(fault, this.#nowNs())
    this.#unverified.add(check)
    await fault.begin()
    return {
      heal: async () => {
        await this.#heal(fault)
        await this.#verify(check)
      },
    }
  }

  /** Begins a schedule that the seed of the run makes. */
  run(rules: readonly Rule[], options: FaultPlanOptions): FaultRun {
    const { lengthMs, overlap = false } = options
    const plan = planFaults(rules, { lengthMs, overlap, seed: this.#seed })
    this.#unverified.add(options)
    const run = runFaults(plan, { signal: this.#signal, originNs: this.originNs })
    this.#runs.push(run)
    return run
  }

  /**
   * Gives up what was not begun, and heals what was.
   *
   * @throws AggregateError with everything that could not be begun or healed
   */
  async heal(): Promise<void> {
    const results = await Promise.allSettled([
      ...this.#runs.map((run) => run.stop()),
      ...[...this.#begun.keys()].map((fault) => this.#heal(fault)),
    ])
    const failures = results.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    if (failures.length > 0) throw new AggregateError(failures, failures.map(messageOf).join('; '))
  }

  /** Waits until real operations show that what was healed works again. @throws HarnessError when one does not in time */
  async untilHealed(): Promise<void> {
    for (const check of this.#unverified) await this.#verify(check)
  }

  /** @throws FaultTouchedNothingError when one did */
  demandTouched(): void {
    demandTouched(this.records)
  }

  /** For the notes of the test; nothing when it caused none. */
  evidence(): { readonly faults?: FaultEvidence[] } {
    const faults = this.records.map(({ kind, target, fromNs, toNs, touched }) => ({
      kind,
      target,
      fromMs: fromNs / NS_PER_MS,
      toMs: toNs / NS_PER_MS,
      ...(touched === undefined ? {} : { touched }),
    }))
    return faults.length === 0 ? {} : { faults }
  }

  async #heal(fault: Fault): Promise<void> {
    const fromNs = this.#begun.get(fault)
    if (fromNs === undefined) return
    await fault.heal()
    this.#begun.delete(fault)
    const { kind, target } = fault
    this.#records.push({ kind, target, fromNs, toNs: this.#nowNs(), touched: fault.touched() })
  }

  async #verify(check: HealCheck): Promise<void> {
    await untilHealed({ verify: check.verify, withinMs: check.withinMs ?? HEALED_WITHIN_MS })
    this.#unverified.delete(check)
  }

  #nowNs(): number {
    return Number(process.hrtime.bigint() - this.originNs)
  }
}
