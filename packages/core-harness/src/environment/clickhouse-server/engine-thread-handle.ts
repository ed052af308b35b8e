import { Worker } from 'node:worker_threads'
import type { EngineOptions } from './engine-connection.ts'
import type { FromEngine, ToEngine } from './engine-messages.ts'
import { EngineUnavailableError } from './native-binding.ts'

type Reply = Exclude<FromEngine, { type: 'ready' } | { type: 'unavailable' }>

/** The main thread's end of an engine thread. It lives as long as the process: leaving it would close the engine. */
export class EngineThread {
  /** @throws EngineUnavailableError */
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #listeners = new Map<number, (reply: Reply) => void>()

  constructor(options: EngineOptions) {
    this.#worker = new Worker(new URL('./engine-thread.ts', import.meta.url), { workerData: options })
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: FromEngine) => {
        if (message.type === 'ready') resolve()
        else if (message.type === 'unavailable') reject(new EngineUnavailableError(message.reason))
        else this.#dispatch(message)
      })
      // What a thread throws is a fault of this server, and the statements it ran are lost: rethrown, to end the process.
      this.#worker.on('error', (error) => {
        throw error
      })
    })
    // The main thread meets the same failure by itself and may be first to report it.
    this.ready.catch(() => undefined)
  }

  /** Statements under way. */
  get load(): number {
    return this.#listeners.size
  }

  listen(id: number, listener: (reply: Reply) => void) {
    this.#listeners.set(id, listener)
  }

  send(message: ToEngine) {
    this.#worker.postMessage(message)
  }

  #dispatch(reply: Reply) {
    const listener = this.#listeners.get(reply.id)
    if (reply.type !== 'piece') this.#listeners.delete(reply.id)
    listener?.(reply)
  }
}
