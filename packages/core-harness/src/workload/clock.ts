import { Metronome } from './metronome.ts'

/** Time as a generator sees it. Tests have one that does not wait. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number
  /** Resolves at that time of `now()`, or at once when it has passed. Only one wait at a time. */
  until(atMs: number): Promise<void>
  /** Lets answers be read that have arrived. */
  yield(): Promise<void>
  /** Calls back every so often, not precisely. @returns ends it */
  every(intervalMs: number, callback: () => void): () => void
  /** Milliseconds that were spent waiting with the processor kept busy. */
  readonly spunMs: number
  close(): void
}

/**
 * A wait shorter than this is spent going round the event loop, which reads answers meanwhile: waking from sleep would take
 * about as long.
 */
const SPIN_BELOW_MS = 0.15

/** The machine's own clock. Has a thread of its own: to be closed. */
export class MachineClock implements Clock {
  readonly #metronome: Metronome
  spunMs = 0

  private constructor(metronome: Metronome) {
    this.#metronome = metronome
  }

  static async start(): Promise<MachineClock> {
    return new MachineClock(await Metronome.start())
  }

  now(): number {
    return performance.now()
  }

  async until(atMs: number): Promise<void> {
    const leftMs = atMs - performance.now()
    if (leftMs > SPIN_BELOW_MS) await this.#metronome.until(atMs)
    while (performance.now() < atMs) {
      const beganAtMs = performance.now()
      await this.yield()
      // A round that read answers is work, and takes longer than one that found none.
      const tookMs = performance.now() - beganAtMs
      if (tookMs < 0.02) this.spunMs += tookMs
    }
  }

  yield(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }

  every(intervalMs: number, callback: () => void): () => void {
    const timer = setInterval(callback, intervalMs)
    return () => clearInterval(timer)
  }

  close(): void {
    this.#metronome.close()
  }
}
