import { Metronome } from './metronome.ts'

/** Time as a generator sees it. Tests have one that does not wait. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number
  /**
   * Calls back once, from the event loop and not from within: at that time of `now()` or a little later, or after answers
   * that have arrived were read when it has passed already. There is one wake: a later call takes the place of an earlier one.
   */
  wake(atMs: number, callback: () => void): void
  /** Calls back every so often, not precisely. @returns ends it */
  every(intervalMs: number, callback: () => void): () => void
  close(): void
}

/**
 * The shortest sleep: what becomes due meanwhile is issued together, and is late by no more than this. Without it a generator
 * at a high rate would use a whole core for waking up, and lose its place to whatever else wants that core.
 */
const SHORTEST_SLEEP_MS = 0.15

/** The machine's own clock. Has a thread of its own: to be closed. */
export class MachineClock implements Clock {
  readonly #metronome: Metronome
  #callback: (() => void) | undefined
  /** How many wakes were asked for: the one that this counts is awaited. */
  #wakes = 0

  private constructor(metronome: Metronome) {
    this.#metronome = metronome
  }

  static async start(): Promise<MachineClock> {
    return new MachineClock(await Metronome.start())
  }

  now(): number {
    return performance.now()
  }

  wake(atMs: number, callback: () => void): void {
    this.#callback = callback
    const wake = ++this.#wakes
    const nowMs = performance.now()
    if (atMs <= nowMs) setImmediate(() => this.#ring(wake))
    else void this.#sleep(wake, Math.max(atMs, nowMs + SHORTEST_SLEEP_MS))
  }

  every(intervalMs: number, callback: () => void): () => void {
    const timer = setInterval(callback, intervalMs)
    return () => clearInterval(timer)
  }

  close(): void {
    this.#callback = undefined
    this.#metronome.close()
  }

  async #sleep(wake: number, untilMs: number): Promise<void> {
    // What another wake ended is not over.
    while (wake === this.#wakes && performance.now() < untilMs) await this.#metronome.until(untilMs)
    this.#ring(wake)
  }

  #ring(wake: number): void {
    if (wake !== this.#wakes) return
    const callback = this.#callback
    this.#callback = undefined
    callback?.()
  }
}
