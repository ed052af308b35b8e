import { HarnessError } from '../environment/errors.ts'
import { TimeHistogram } from '../metrics/histogram.ts'
import { ErrorTally } from './error-tally.ts'
import { mergeEncoded } from './merge-encoded.ts'
import { commonestErrors } from './merge.ts'
import type { OperationCounts, OperationError, TagResult, WindowResult } from './result.ts'
import { Tally } from './tally.ts'
import { Windows } from './windows.ts'

/** What was recorded, as data. */
export interface Recorded extends OperationCounts {
  readonly response: string
  readonly service: string
  readonly lateness: string
  readonly tags: Readonly<Record<string, TagResult>>
  readonly measures: Readonly<Record<string, string>>
  readonly counters: Readonly<Record<string, number>>
  readonly windows: readonly WindowResult[]
  readonly errors: readonly OperationError[]
}

/** Where operations with the same tags are recorded. The first tally is that of their own name. */
export interface Lane {
  readonly name: string
  readonly tallies: readonly Tally[]
  /** By a further tag. */
  readonly further: Map<string, Lane>
}

/**
 * Keeps what operations took in histograms, and no sample of its own. All operations are the sum of those of each name, and
 * are not recorded a second time. Times are in milliseconds since the workload began.
 */
export class Recorder {
  #planned = 0
  readonly #lateness = new TimeHistogram()
  readonly #tallies = new Map<string, Tally>()
  readonly #measures = new Map<string, TimeHistogram>()
  readonly #counters = new Map<string, number>()
  readonly #errors = new ErrorTally()
  readonly #windows = new Windows()

  /** @param tags beside the name of the operation */
  lane(name: string, tags: readonly string[]): Lane {
    return tags.reduce((lane, tag) => this.tagged(lane, tag), this.#laneOf(name, [this.#tally(name, true)]))
  }

  /** @throws HarnessError when the tag is the name of an operation */
  tagged(lane: Lane, tag: string): Lane {
    const tally = this.#tally(tag, false)
    if (lane.tallies.includes(tally)) return lane
    if (tally.isOwn)
      throw new HarnessError(`tagging the operation "${lane.name}": "${tag}" is the name of an operation`)
    let further = lane.further.get(tag)
    if (!further) lane.further.set(tag, (further = this.#laneOf(lane.name, [...lane.tallies, tally])))
    return further
  }

  get counts(): OperationCounts {
    const sum = (count: 'completed' | 'failed' | 'dropped'): number =>
      this.#own.reduce((total, tally) => total + tally[count], 0)
    const [completed, failed, dropped] = [sum('completed'), sum('failed'), sum('dropped')]
    return {
      planned: this.#planned,
      completed,
      failed,
      dropped,
      inFlight: this.#planned - completed - failed - dropped,
    }
  }

  /** The seconds that are over so far, in the order in which they ended. */
  get windows(): readonly WindowResult[] {
    return this.#windows.closed
  }

  /** It is due: it is sent now, or dropped. */
  planned(dueMs: number): void {
    this.#planned++
    this.#windows.planned(secondOf(dueMs))
  }

  sent(dueMs: number, sentMs: number): void {
    this.#lateness.record((sentMs - dueMs) * 1_000)
  }

  completed({ tallies }: Lane, dueMs: number, sentMs: number, endedMs: number): void {
    const second = secondOf(dueMs)
    for (const tally of tallies) tally.complete(second, (endedMs - dueMs) * 1_000, (endedMs - sentMs) * 1_000)
    this.#windows.ended(second)
  }

  failed({ name, tallies }: Lane, dueMs: number, endedMs: number, why: unknown): void {
    const second = secondOf(dueMs)
    for (const tally of tallies) tally.fail(second)
    this.#windows.ended(second)
    this.#errors.note(name, why, endedMs)
  }

  dropped({ tallies }: Lane, dueMs: number): void {
    const second = secondOf(dueMs)
    for (const tally of tallies) tally.drop(second)
    this.#windows.ended(second)
  }

  /** Still running when nobody waits any more. */
  abandoned({ tallies }: Lane): void {
    for (const tally of tallies) tally.inFlight++
  }

  count(name: string, by: number): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + by)
  }

  measure(name: string, milliseconds: number): void {
    let histogram = this.#measures.get(name)
    if (!histogram) this.#measures.set(name, (histogram = new TimeHistogram()))
    histogram.record(milliseconds * 1_000)
  }

  closeWindows(elapsedMs: number): void {
    for (const second of this.#windows.closeUntil(elapsedMs))
      for (const tally of this.#tallies.values()) tally.forget(second)
  }

  /** To be called once: what it holds outside of the heap is given back. */
  finish(): Recorded {
    this.closeWindows(Infinity)
    this.#windows.free()
    const results = [...this.#tallies].map(([tag, tally]) => [tag, tally.result(), tally.isOwn] as const)
    const own = results.filter(([, , isOwn]) => isOwn).map(([, result]) => result)
    const recorded: Recorded = {
      ...this.counts,
      inFlight: own.reduce((sum, { inFlight }) => sum + inFlight, 0),
      response: mergeEncoded(own.map(({ response }) => response)),
      service: mergeEncoded(own.map(({ service }) => service)),
      lateness: this.#lateness.encode(),
      tags: Object.fromEntries(results.filter(([, { planned }, isOwn]) => planned > 0 || isOwn)),
      measures: Object.fromEntries([...this.#measures].map(([name, histogram]) => [name, histogram.encode()])),
      counters: Object.fromEntries(this.#counters),
      windows: this.windows.toSorted((a, b) => a.second - b.second),
      errors: commonestErrors(this.#errors.all),
    }
    for (const tally of this.#tallies.values()) tally.free()
    for (const histogram of [this.#lateness, ...this.#measures.values()]) histogram.free()
    return recorded
  }

  get #own(): Tally[] {
    return [...this.#tallies.values()].filter(({ isOwn }) => isOwn)
  }

  #laneOf(name: string, tallies: readonly Tally[]): Lane {
    return { name, tallies, further: new Map() }
  }

  #tally(tag: string, isOwn: boolean): Tally {
    let tally = this.#tallies.get(tag)
    if (!tally) this.#tallies.set(tag, (tally = new Tally(tag, isOwn, this.#windows)))
    return tally
  }
}

function secondOf(dueMs: number): number {
  return Math.floor(dueMs / 1_000)
}
