import { TimeHistogram } from '../metrics/histogram.ts'
import type { TagResult } from './result.ts'
import type { OpenWindow, Windows } from './windows.ts'

/** Counts and times of the operations that carry one tag, in all and in each second that is not over. */
export class Tally {
  readonly response = new TimeHistogram()
  readonly service = new TimeHistogram()
  inFlight = 0
  completed = 0
  failed = 0
  dropped = 0
  readonly #tag: string
  /** The tag is the name of an operation. */
  readonly isOwn: boolean
  readonly #windows: Windows
  readonly #open = new Map<number, OpenWindow>()
  #latest: OpenWindow | undefined

  constructor(tag: string, isOwn: boolean, windows: Windows) {
    this.#tag = tag
    this.isOwn = isOwn
    this.#windows = windows
  }

  /** @param second in which the operation was due */
  complete(second: number, responseUs: number, serviceUs: number): void {
    this.completed++
    this.response.record(responseUs)
    this.service.record(serviceUs)
    const window = this.#window(second)
    window.completed++
    window.response.record(responseUs)
  }

  fail(second: number): void {
    this.failed++
    this.#window(second).failed++
  }

  drop(second: number): void {
    this.dropped++
    this.#window(second).dropped++
  }

  /** Its window of that second has been written down. */
  forget(second: number): void {
    this.#open.delete(second)
    if (this.#latest?.second === second) this.#latest = undefined
  }

  result(): TagResult {
    const { completed, failed, dropped, inFlight } = this
    return {
      planned: completed + failed + dropped + inFlight,
      completed,
      failed,
      dropped,
      inFlight,
      response: this.response.encode(),
      service: this.service.encode(),
    }
  }

  free(): void {
    this.response.free()
    this.service.free()
  }

  #window(second: number): OpenWindow {
    if (this.#latest?.second === second) return this.#latest
    let window = this.#open.get(second)
    if (!window) this.#open.set(second, (window = this.#windows.open(second, this.#tag, this.isOwn)))
    this.#latest = window
    return window
  }
}
