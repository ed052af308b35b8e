import { CancelledError } from './protocol.ts'
import type { RunningServer } from './server-starter.ts'

/** A server that several leases may use, from the moment it is asked for. Its start is given up when nobody waits for it. */
export class SharedServer {
  readonly #abort = new AbortController()
  readonly #starting: Promise<RunningServer>
  #started: RunningServer | undefined
  #failed = false
  #waiters = 0

  constructor(start: (signal: AbortSignal) => Promise<RunningServer>) {
    this.#starting = start(this.#abort.signal)
    this.#starting.then(
      (server) => (this.#started = server),
      () => (this.#failed = true), // Whoever waits gets the error.
    )
  }

  /** Undefined while it starts, and when it could not be started. */
  get server(): RunningServer | undefined {
    return this.#started
  }

  /** False once it cannot serve any more: another has to be started. */
  get isUsable(): boolean {
    return this.#started ? this.#started.alive : !this.#failed && !this.#abort.signal.aborted
  }

  /**
   * Waits until it is healthy.
   *
   * @throws HarnessError when it cannot be started; CancelledError, once nothing of an abandoned start is left
   */
  async wait(signal: AbortSignal): Promise<RunningServer> {
    signal.throwIfAborted()
    this.#waiters++
    let leave: (() => void) | undefined
    const left = new Promise<never>((_, reject) => {
      leave = () => {
        if (--this.#waiters > 0 || this.#started) reject(signal.reason as Error)
        // The last one waits on, until what was begun is gone.
        else this.#abort.abort(new CancelledError('starting a server: nobody waits for it any more'))
      }
      signal.addEventListener('abort', leave, { once: true })
    })
    try {
      return await Promise.race([this.#starting, left])
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    } finally {
      if (leave) signal.removeEventListener('abort', leave)
      if (!signal.aborted) this.#waiters--
    }
  }

  /** Resolves with the server when there is one to stop; gives its start up. */
  async giveUp(reason: Error): Promise<RunningServer | undefined> {
    if (!this.#started) this.#abort.abort(reason)
    return await this.#starting.catch(() => undefined) // Its error went to those who waited.
  }
}
