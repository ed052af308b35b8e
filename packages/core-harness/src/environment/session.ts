import { createHash, timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'

import { HarnessError } from './errors.ts'
import type { Fleet } from './fleet.ts'
import { receiveLines } from './lines.ts'
import { CancelledError, packError, sendLine } from './protocol.ts'
import type { Request, Status, Welcome } from './protocol.ts'
import { withinTime } from './within-time.ts'

/** Whoever has not said who it is by then is no client of ours. */
const TOKEN_WITHIN_MS = 5_000
const LONGEST_TOKEN_LINE_BYTES = 1_024
const LONGEST_LINE_BYTES = 64 * 1024 * 1024
const ANSWER_WITHIN_MS = 1_000
const FLUSH_WITHIN_MS = 1_000

/** What the supervisor does for its clients. */
export interface Serving {
  readonly fleet: Promise<Fleet>
  isEnding(): boolean
  pin(): void
  status(): Promise<Status>
  end(): void
  report(error: unknown): void
}

/** One client of the supervisor, with the leases that it holds and the requests that it waits for. */
export class Session {
  readonly #socket: Socket
  readonly #token: string
  readonly #serving: Serving
  readonly #leases = new Set<string>()
  readonly #requests = new Map<number, { readonly abort: AbortController; readonly answered: Promise<void> }>()
  /** Settles when the client is gone and what it held is cleaned up. */
  readonly ended: Promise<void>
  #isKnown = false

  constructor(socket: Socket, token: string, serving: Serving) {
    this.#socket = socket
    this.#token = token
    this.#serving = serving
    socket.setTimeout(TOKEN_WITHIN_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy()) // A client was killed; `close` cleans up after it.
    this.ended = new Promise((resolve) => socket.on('close', () => void this.#forget().then(resolve)))
    const longest = (): number => (this.#isKnown ? LONGEST_LINE_BYTES : LONGEST_TOKEN_LINE_BYTES)
    receiveLines(socket, (message) => this.#receive(message), longest)
  }

  /** Resolves when all that is under way was answered. The connection is left to the end of this process, which it tells of. */
  async settle(): Promise<void> {
    const answered = Promise.allSettled([...this.#requests.values()].map((request) => request.answered))
    // What cannot be interrupted, such as the pull of an image, is cut off; the keeper removes what comes of it.
    await withinTime(answered, ANSWER_WITHIN_MS).catch(() => undefined)
    if (this.#socket.destroyed) return
    const flushed = new Promise((resolve) => this.#socket.write('', resolve))
    // A client that does not read is not waited for.
    await withinTime(flushed, FLUSH_WITHIN_MS).catch(() => undefined)
  }

  #receive(message: unknown): void {
    if (this.#isKnown) return this.#begin(message as Request & { id: number })
    this.#isKnown = isSame(String((message as { token?: unknown } | null)?.token), this.#token)
    // One that is ending is left for the next, which the client then starts.
    if (!this.#isKnown || this.#serving.isEnding()) return void this.#socket.destroy()
    this.#socket.setTimeout(0)
    sendLine(this.#socket, { welcome: process.pid } satisfies Welcome)
  }

  #begin(request: Request & { id: number }): void {
    const abort = new AbortController()
    const answered = this.#answer(request, abort.signal).finally(() => this.#requests.delete(request.id))
    this.#requests.set(request.id, { abort, answered })
  }

  async #answer(request: Request & { id: number }, signal: AbortSignal): Promise<void> {
    try {
      sendLine(this.#socket, { id: request.id, result: await this.#carryOut(request, signal) })
    } catch (error) {
      sendLine(this.#socket, { id: request.id, error: packError(error) })
    }
  }

  async #carryOut(request: Request, signal: AbortSignal): Promise<unknown> {
    const fleet = await this.#serving.fleet
    switch (request.ask) {
      case 'lease': {
        const lease = await fleet.lease(request, request.options, signal)
        this.#leases.add(lease.id)
        return lease
      }
      case 'release':
        this.#leases.delete(request.lease)
        await fleet.release(request.lease)
        return null
      case 'control':
        if (!this.#leases.has(request.lease))
          throw new HarnessError(`asking for "${request.action}" of the server of a lease that is not held`)
        await fleet.control(request.lease, request.action, request.node, signal)
        return null
      case 'up':
        await fleet.up(request, signal)
        this.#serving.pin()
        return null
      case 'cancel':
        this.#requests
          .get(request.request)
          ?.abort.abort(new CancelledError('asking the supervisor: the request was taken back'))
        return null
      case 'status':
        return await this.#serving.status()
      case 'down':
        setImmediate(() => this.#serving.end())
        return null
    }
  }

  /** The client is gone: gives up what it waits for, and its leases. */
  async #forget(): Promise<void> {
    const reason = new CancelledError('asking the supervisor: the client went away')
    const requests = [...this.#requests.values()]
    for (const { abort } of requests) abort.abort(reason)
    await Promise.allSettled(requests.map(({ answered }) => answered))
    const ids = [...this.#leases]
    if (ids.length === 0) return
    const fleet = await this.#serving.fleet
    const released = await Promise.allSettled(ids.map((id) => fleet.release(id)))
    for (const result of released) if (result.status === 'rejected') this.#serving.report(result.reason)
  }
}

/** Takes as long for any candidate. */
function isSame(candidate: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(candidate), digest(token))
}
