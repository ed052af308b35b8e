import type { IncomingHttpHeaders } from 'node:http'
import { Client } from 'undici'
import type { Dispatcher } from 'undici'

import { whenAborted } from './abortable.ts'
import type { Abortable } from './abortable.ts'
import { FreeList } from './free-list.ts'
import { HttpAnswer, HttpStatusError } from './http-answer.ts'
import { LONGEST_ANSWER_BYTES, httpTarget, isAccepted } from './http-request.ts'
import type { HttpRequest, HttpTarget, HttpTransportOptions } from './http-request.ts'

/**
 * HTTP/1.1, with or without TLS, over connections that are kept open, one request at a time on each. The body of an answer
 * is always read to its end, so that the connection is free again.
 */
export class HttpTransport {
  readonly #clients: readonly Client[]
  readonly #free: FreeList<Client>
  readonly #target: HttpTarget

  /** @throws HarnessError when the options make no sense */
  constructor(options: HttpTransportOptions) {
    const { connections, connectTimeoutMs = 10_000 } = options
    this.#target = httpTarget(options)
    const { origin } = this.#target.url
    // No timers of its own: an operation has its deadline, and says when it has passed.
    const settings = { pipelining: 1, headersTimeout: 0, bodyTimeout: 0, maxResponseSize: LONGEST_ANSWER_BYTES }
    const connect = { timeout: connectTimeoutMs }
    this.#clients = Array.from({ length: connections }, () => new Client(origin, { ...settings, connect }))
    this.#free = new FreeList(this.#clients)
  }

  /**
   * Resolves with an answer of status 2xx, or one that the request accepts, once its body was read.
   *
   * @param operation ends the request: the context of an operation, or anything with a signal
   * @throws HttpStatusError for another status; the error of the connection when there is no answer
   */
  request(request: HttpRequest, operation?: Abortable): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(request, resolve, reject)
      const send = (client: Client): void => {
        exchange.onEnd = () => this.#free.give(client)
        client.dispatch(this.#dispatchOf(request), exchange)
      }
      exchange.stopListening = whenAborted(operation, (reason) => {
        this.#free.leave(send)
        exchange.abort(reason)
      })
      if (!exchange.isSettled) this.#free.take(send)
    })
  }

  get(path: string, operation?: Abortable): Promise<HttpAnswer> {
    return this.request({ path }, operation)
  }

  /** Sends a value as JSON. */
  send(method: 'POST' | 'PUT' | 'PATCH', path: string, value: unknown, operation?: Abortable): Promise<HttpAnswer> {
    const headers = { 'content-type': 'application/json' }
    return this.request({ method, path, headers, body: JSON.stringify(value) }, operation)
  }

  /** Ends what is under way, with an error. */
  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.destroy()))
  }

  #dispatchOf({ method = 'GET', path, headers, body }: HttpRequest): Dispatcher.DispatchOptions {
    const { prefix, headers: always } = this.#target
    return {
      method,
      path: prefix + path,
      headers: headers === undefined ? always : { ...always, ...headers },
      ...(body === undefined ? {} : { body }),
    }
  }
}

/** One request and its answer, as undici tells of it. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest
  readonly #resolve: (answer: HttpAnswer) => void
  readonly #reject: (error: Error) => void
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: IncomingHttpHeaders = {}
  #first: Buffer | undefined
  #more: Buffer[] | undefined
  #reason: Error | undefined
  isSettled = false
  stopListening: (() => void) | undefined
  /** The connection is free again. */
  onEnd: (() => void) | undefined

  constructor(request: HttpRequest, resolve: (answer: HttpAnswer) => void, reject: (error: Error) => void) {
    this.#request = request
    this.#resolve = resolve
    this.#reject = reject
  }

  /** The connection goes with it, and is opened anew: an answer may be under way on it. */
  abort(reason: Error): void {
    if (this.isSettled) return
    this.#reason = reason
    this.#settle()
    this.#controller?.abort(reason)
    this.#reject(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#reason) controller.abort(this.#reason)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#first === undefined) this.#first = chunk
    else (this.#more ??= [this.#first]).push(chunk)
  }

  onResponseEnd(): void {
    this.#release()
    if (this.isSettled) return
    this.#settle()
    const body = this.#more ? Buffer.concat(this.#more) : this.#first
    const answer = new HttpAnswer(this.#status, () => this.#headers, body)
    if (isAccepted(this.#status, this.#request)) this.#resolve(answer)
    else this.#reject(new HttpStatusError(answer))
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#release()
    if (this.isSettled) return
    this.#settle()
    this.#reject(error)
  }

  #release(): void {
    this.onEnd?.()
    this.onEnd = undefined
  }

  #settle(): void {
    this.isSettled = true
    this.stopListening?.()
  }
}
