import { Metronome } from './metronome.ts'

/** Time as a generator sees it. Tests have one that does not wait. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number
  /**
   * Calls back once, from the event loop and not from within: at that time of `now()`, or after answers that have arrived
   * were read when it has passed already. There is one wake: a later call takes the place of an earlier one.
   */
  wake(atMs: number, callback: () => void): void
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

/** A round of the event loop that takes longer than this read answers, and is work. */
const EMPTY_ROUND_MS = 0.02

/** The machine's own clock. Has a thread of its own: to be closed. */
export class MachineClock implements Clock {
  readonly #metronome: Metronome
  #atMs = Infinity
  #callback: (() => void) | undefined
  /** How many sleeps were begun or overtaken: the one that this counts is awaited. */
  #sleeps = 0
  #isGoingRound = false
  #roundBeganMs = 0
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

  wake(atMs: number, callback: () => void): void {
    this.#atMs = atMs
    this.#callback = callback
    if (this.#isGoingRound) return
    const nowMs = performance.now()
    if (atMs - nowMs > SPIN_BELOW_MS) this.#sleep()
    else this.#goRound(nowMs)
  }

  every(intervalMs: number, callback: () => void): () => void {
    const timer = setInterval(callback, intervalMs)
    return () => clearInterval(timer)
  }

  close(): void {
    this.#callback = undefined
    this.#metronome.close()
  }

  #sleep(): void {
    const sleep = ++this.#sleeps
    void this.#metronome.until(this.#atMs).then(() => {
      // Another wake may have taken the place of this one, and may be what ended it.
      if (sleep === this.#sleeps && this.#callback !== undefined) this.#look(performance.now())
    })
  }

  #look(nowMs: number): void {
    if (nowMs >= this.#atMs) this.#ring()
    else if (this.#atMs - nowMs > SPIN_BELOW_MS) this.#sleep()
    else this.#goRound(nowMs)
  }

  #goRound(nowMs: number): void {
    this.#sleeps++
    this.#isGoingRound = true
    this.#roundBeganMs = nowMs
    setImmediate(this.#cameRound)
  }

  readonly #cameRound = (): void => {
    this.#isGoingRound = false
    if (this.#callback === undefined) return
    const nowMs = performance.now()
    const tookMs = nowMs - this.#roundBeganMs
    if (tookMs < EMPTY_ROUND_MS) this.spunMs += tookMs
    this.#look(nowMs)
  }

  #ring(): void {
    const callback = this.#callback
    this.#callback = undefined
    callback?.()
  }
}
