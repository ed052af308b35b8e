import type { Clock } from '../../src/workload/clock.ts'

interface Appointment {
  atMs: number
  readonly order: number
  readonly callback: () => void
}

/** Time that passes only when nothing is left to do, and then at once. */
export class VirtualClock implements Clock {
  #nowMs = 0
  #order = 0
  #wake: Appointment | undefined
  readonly #appointments = new Set<Appointment>()

  now(): number {
    return this.#nowMs
  }

  wake(atMs: number, callback: () => void): void {
    this.#wake = this.#appointment(atMs, callback)
  }

  every(intervalMs: number, callback: () => void): () => void {
    const appointment = this.#appointment(this.#nowMs + intervalMs, () => {
      this.#appointments.add(appointment)
      appointment.atMs += intervalMs
      callback()
    })
    this.#appointments.add(appointment)
    return () => void this.#appointments.delete(appointment)
  }

  /** Resolves after so much virtual time. */
  sleep(milliseconds: number): Promise<void> {
    return this.until(this.#nowMs + milliseconds)
  }

  until(atMs: number): Promise<void> {
    return new Promise((resolve) => this.#appointments.add(this.#appointment(atMs, resolve)))
  }

  /** The processor is busy with something else for so long. */
  block(milliseconds: number): void {
    this.#nowMs += milliseconds
  }

  /** Lets time pass until a promise is settled. */
  async pass<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false
    const settled = (): void => void (isSettled = true)
    promise.then(settled, settled)
    for (;;) {
      // All that follows from what has happened happens before the time goes on.
      await new Promise((resolve) => setImmediate(resolve))
      if (isSettled) return promise
      this.#next()
    }
  }

  close(): void {
    this.#wake = undefined
  }

  #appointment(atMs: number, callback: () => void): Appointment {
    return { atMs, order: this.#order++, callback }
  }

  #next(): void {
    let first = this.#wake
    for (const one of this.#appointments)
      if (!first || one.atMs < first.atMs || (one.atMs === first.atMs && one.order < first.order)) first = one
    if (!first) throw new Error('nothing is left that could happen')
    if (first === this.#wake) this.#wake = undefined
    else this.#appointments.delete(first)
    this.#nowMs = Math.max(this.#nowMs, first.atMs)
    first.callback()
  }
}
