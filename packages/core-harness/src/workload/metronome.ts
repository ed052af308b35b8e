import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Of the shared numbers: how many waits were asked for, and the last that is over. */
const ASKED = 0
const OVER = 1
const CLOSED = -1

/**
 * Sleeps in the kernel until the time that it is given, then says so. It has no event loop to be late, and times out by the
 * kernel's clock, not by whole milliseconds.
 */
const SLEEPER = `
const { workerData } = require('node:worker_threads')
const state = new Int32Array(workerData, 0, 2)
const wakeAt = new Float64Array(workerData, 8, 1)
const now = () => performance.timeOrigin + performance.now()
let asked = 0
for (;;) {
  Atomics.wait(state, ${ASKED}, asked)
  asked = Atomics.load(state, ${ASKED})
  if (asked === ${CLOSED}) break
  for (let left = wakeAt[0] - now(); left > 0 && Atomics.load(state, ${ASKED}) === asked; left = wakeAt[0] - now())
    Atomics.wait(state, ${ASKED}, asked, left)
  if (Atomics.load(state, ${ASKED}) !== asked) continue
  Atomics.store(state, ${OVER}, asked)
  Atomics.notify(state, ${OVER})
}
`

/**
 * Wakes the event loop at a time, to about a tenth of a millisecond, with the processor left to others meanwhile. The timers
 * of Node know whole milliseconds only, and going round the event loop until it is time takes a core, which on a small
 * machine is the service's.
 */
export class Metronome {
  readonly #shared = new SharedArrayBuffer(16)
  readonly #state = new Int32Array(this.#shared, 0, 2)
  readonly #wakeAt = new Float64Array(this.#shared, 8, 1)
  readonly #sleeper = new Worker(SLEEPER, { eval: true, workerData: this.#shared })
  #asked = 0

  /** Resolves when the sleeper runs. */
  static async start(): Promise<Metronome> {
    const metronome = new Metronome()
    await once(metronome.#sleeper, 'online')
    metronome.#sleeper.unref()
    return metronome
  }

  /**
   * Resolves at a time, or earlier when another wait took its place.
   *
   * @param atMs of `performance.now()` in this thread
   */
  async until(atMs: number): Promise<void> {
    const over = Atomics.load(this.#state, OVER)
    this.#wakeAt[0] = performance.timeOrigin + atMs
    this.#asked = (this.#asked % 0x7fff_fffe) + 1
    Atomics.store(this.#state, ASKED, this.#asked)
    const woken = Atomics.waitAsync(this.#state, OVER, over)
    Atomics.notify(this.#state, ASKED)
    if (woken.async) await woken.value
  }

  close(): void {
    Atomics.store(this.#state, ASKED, CLOSED)
    Atomics.notify(this.#state, ASKED)
  }
}
