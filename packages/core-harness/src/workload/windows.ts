import { TimeHistogram } from '../metrics/histogram.ts'
import type { WindowResult } from './result.ts'
import { mergeEncoded } from './merge-encoded.ts'

/** One second of one tag, until all that was due in it has ended. */
export interface OpenWindow {
  readonly second: number
  readonly response: TimeHistogram
  completed: number
  failed: number
  dropped: number
}

/**
 * A histogram for each second and tag. A second is written down, in a few hundred bytes, as soon as it is past and all that
 * was due in it has ended, so that memory stays flat however long the workload runs.
 */
export class Windows {
  readonly closed: WindowResult[] = []
  /** Due in a second, and not yet ended. */
  readonly #running = new Map<number, number>()
  readonly #open = new Map<number, { readonly tag: string; readonly isOwn: boolean; readonly window: OpenWindow }[]>()
  readonly #spare: TimeHistogram[] = []

  planned(second: number): void {
    this.#running.set(second, (this.#running.get(second) ?? 0) + 1)
  }

  ended(second: number): void {
    this.#running.set(second, (this.#running.get(second) ?? 0) - 1)
  }

  /** @param isOwn the tag is the name of operations, of which each has one: together they are all */
  open(second: number, tag: string, isOwn: boolean): OpenWindow {
    const response = this.#spare.pop() ?? new TimeHistogram()
    const window: OpenWindow = { second, response, completed: 0, failed: 0, dropped: 0 }
    const others = this.#open.get(second)
    if (others) others.push({ tag, isOwn, window })
    else this.#open.set(second, [{ tag, isOwn, window }])
    return window
  }

  /**
   * Writes down the seconds that are over. Infinity: all, also those with operations that never ended.
   *
   * @returns those seconds, whose windows are not to be written to any more
   */
  closeUntil(elapsedMs: number): number[] {
    const over = [...this.#running]
      .filter(([second, running]) => elapsedMs === Infinity || (running === 0 && (second + 1) * 1_000 <= elapsedMs))
      .map(([second]) => second)
      .sort((a, b) => a - b)
    for (const second of over) this.#close(second)
    return over
  }

  free(): void {
    for (const histogram of this.#spare) histogram.free()
    this.#spare.length = 0
  }

  #close(second: number): void {
    this.#running.delete(second)
    const windows = (this.#open.get(second) ?? []).map(({ tag, isOwn, window }) => {
      const { completed, failed, dropped, response } = window
      const result: WindowResult = { second, tag, completed, failed, dropped, response: response.encode() }
      response.reset()
      this.#spare.push(response)
      return { isOwn, result }
    })
    this.#open.delete(second)
    const own = windows.filter(({ isOwn }) => isOwn).map(({ result }) => result)
    if (own.length > 0) this.closed.push(sumOf(second, own), ...windows.map(({ result }) => result))
  }
}

function sumOf(second: number, windows: readonly WindowResult[]): WindowResult {
  const sum = (count: 'completed' | 'failed' | 'dropped'): number =>
    windows.reduce((total, window) => total + window[count], 0)
  return {
    second,
    tag: null,
    completed: sum('completed'),
    failed: sum('failed'),
    dropped: sum('dropped'),
    response: mergeEncoded(windows.map(({ response }) => response)),
  }
}
