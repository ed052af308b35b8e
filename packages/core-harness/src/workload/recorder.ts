import { TimeHistogram } from '../metrics/histogram.ts'
import type { OperationCounts, OperationError, TagResult, WindowResult } from './result.ts'
import { Tally } from './tally.ts'
import { Windows } from './windows.ts'

/** More kinds of errors than these are counted together. */
const ERRORS_AT_MOST = 20
const LONGEST_MESSAGE = 300

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

/**
 * Keeps what operations took in histograms, and no sample of its own. Times are in milliseconds since the workload began.
 */
export class Recorder {
  readonly #all = new Tally()
  readonly #lateness = new TimeHistogram()
  readonly #tags = new Map<string, Tally>()
  readonly #measures = new Map<string, TimeHistogram>()
  readonly #counters = new Map<string, number>()
  readonly #errors = new Map<string, { operation: string; message: string; count: number; firstAtMs: number }>()
  readonly #windows = new Windows()

  get counts(): OperationCounts {
    const { planned, completed, failed, dropped } = this.#all
    return { planned, completed, failed, dropped, inFlight: planned - completed - failed - dropped }
  }

  /** The seconds that are over so far. */
  get windows(): readonly WindowResult[] {
    return this.#windows.closed
  }

  planned(dueMs: number): void {
    this.#all.planned++
    this.#windows.planned(dueMs)
  }

  sent(dueMs: number, sentMs: number): void {
    this.#lateness.record((sentMs - dueMs) * 1_000)
  }

  completed(tags: readonly string[], dueMs: number, sentMs: number, endedMs: number): void {
    const [responseUs, serviceUs] = [(endedMs - dueMs) * 1_000, (endedMs - sentMs) * 1_000]
    for (const tally of [this.#all, ...this.#ofTags(tags)]) {
      tally.completed++
      tally.response.record(responseUs)
      tally.service.record(serviceUs)
    }
    this.#windows.completed(dueMs, [null, ...tags], responseUs)
  }

  failed(operation: string, tags: readonly string[], dueMs: number, endedMs: number, why: unknown): void {
    for (const tally of [this.#all, ...this.#ofTags(tags)]) tally.failed++
    this.#windows.failed(dueMs, [null, ...tags])
    this.#noteError(operation, messageOf(why), endedMs)
  }

  dropped(tags: readonly string[], dueMs: number): void {
    for (const tally of [this.#all, ...this.#ofTags(tags)]) tally.dropped++
    this.#windows.dropped(dueMs, [null, ...tags])
  }

  /** Still running when nobody waits any more. */
  abandoned(tags: readonly string[]): void {
    this.#ofTags(tags)
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
    this.#windows.closeUntil(elapsedMs)
  }

  /** To be called once: what it holds outside of the heap is given back. */
  finish(): Recorded {
    this.#windows.free()
    const { response, service } = this.#all.result()
    const recorded: Recorded = {
      ...this.counts,
      response,
      service,
      lateness: this.#lateness.encode(),
      tags: Object.fromEntries([...this.#tags].map(([tag, tally]) => [tag, tally.result()])),
      measures: Object.fromEntries([...this.#measures].map(([name, histogram]) => [name, histogram.encode()])),
      counters: Object.fromEntries(this.#counters),
      windows: this.#windows.closed.toSorted((a, b) => a.second - b.second),
      errors: [...this.#errors.values()].toSorted((a, b) => b.count - a.count),
    }
    for (const tally of [this.#all, ...this.#tags.values()]) tally.free()
    for (const histogram of [this.#lateness, ...this.#measures.values()]) histogram.free()
    return recorded
  }

  /** Each operation is planned once, and counted once for each of its tags when it ends. */
  *#ofTags(tags: readonly string[]): Generator<Tally> {
    for (const tag of tags) {
      let tally = this.#tags.get(tag)
      if (!tally) this.#tags.set(tag, (tally = new Tally()))
      tally.planned++
      yield tally
    }
  }

  #noteError(operation: string, message: string, atMs: number): void {
    const key = `${operation}\n${message}`
    const known = this.#errors.get(key)
    if (known) {
      known.count++
      return
    }
    const isFull = this.#errors.size >= ERRORS_AT_MOST - 1
    if (isFull && message !== OTHERS) return this.#noteError('', OTHERS, atMs)
    this.#errors.set(key, { operation, message, count: 1, firstAtMs: Math.round(atMs) })
  }
}

const OTHERS = 'errors of other kinds'

function messageOf(why: unknown): string {
  const text = why instanceof Error ? why.message || why.name : String(why)
  return text.slice(0, LONGEST_MESSAGE)
}
