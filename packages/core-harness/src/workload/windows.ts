import { TimeHistogram } from '../metrics/histogram.ts'
import type { WindowResult } from './result.ts'

/** One second of one tag, until all that was due in it has ended. */
interface OpenWindow {
  readonly response: TimeHistogram
  completed: number
  failed: number
  dropped: number
}

interface OpenSecond {
  readonly tags: Map<string | null, OpenWindow>
  /** Due in it, and not yet ended. */
  running: number
}

/**
 * A histogram for each second and tag. A second is written down, in a few hundred bytes, as soon as it is past and all that
 * was due in it has ended, so that memory stays flat however long the workload runs.
 */
export class Windows {
  readonly closed: WindowResult[] = []
  readonly #open = new Map<number, OpenSecond>()
  readonly #spare: TimeHistogram[] = []

  planned(dueMs: number): void {
    this.#second(dueMs).running++
  }

  completed(dueMs: number, tags: readonly (string | null)[], responseUs: number): void {
    const second = this.#ended(dueMs)
    for (const tag of tags) {
      const window = this.#window(second, tag)
      window.completed++
      window.response.record(responseUs)
    }
  }

  failed(dueMs: number, tags: readonly (string | null)[]): void {
    const second = this.#ended(dueMs)
    for (const tag of tags) this.#window(second, tag).failed++
  }

  dropped(dueMs: number, tags: readonly (string | null)[]): void {
    const second = this.#ended(dueMs)
    for (const tag of tags) this.#window(second, tag).dropped++
  }

  /** Writes down the seconds that are over. Infinity: all, also those with operations that never ended. */
  closeUntil(elapsedMs: number): void {
    for (const [number, second] of this.#open) {
      const isPast = (number + 1) * 1_000 <= elapsedMs
      if (!isPast || (second.running > 0 && elapsedMs !== Infinity)) continue
      this.#open.delete(number)
      for (const [tag, { response, completed, failed, dropped }] of second.tags) {
        this.closed.push({ second: number, tag, completed, failed, dropped, response: response.encode() })
        response.reset()
        this.#spare.push(response)
      }
    }
  }

  free(): void {
    this.closeUntil(Infinity)
    for (const histogram of this.#spare) histogram.free()
  }

  #second(dueMs: number): OpenSecond {
    const number = Math.floor(dueMs / 1_000)
    let second = this.#open.get(number)
    if (!second) this.#open.set(number, (second = { tags: new Map(), running: 0 }))
    return second
  }

  #ended(dueMs: number): OpenSecond {
    const second = this.#second(dueMs)
    second.running--
    return second
  }

  #window({ tags }: OpenSecond, tag: string | null): OpenWindow {
    let window = tags.get(tag)
    if (!window) {
      window = { response: this.#spare.pop() ?? new TimeHistogram(), completed: 0, failed: 0, dropped: 0 }
      tags.set(tag, window)
    }
    return window
  }
}
