import type { IncomingHttpHeaders } from 'node:http'
import { Client } from 'undici'
import type { Dispatcher } from 'undici'

import { HarnessError } from '../../environment/errors.ts'
import type { Abortable } from './abortable.ts'
import { HttpAnswer, HttpStatusError } from './http-answer.ts'

/** Longer answers are refused: what a service answers under load is small. */
const LONGEST_ANSWER_BYTES = 64 * 1024 * 1024

export interface HttpTransportOptions {
  /** The origin, with an optional path that comes before each request's own: `https://cache.staging.example/v1`. */
  readonly baseUrl: string
  /** How many connections at most. A request for which none is free waits for one, and its response time counts that. */
  readonly connections: number
  readonly bearerToken?: string
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  readonly connectTimeoutMs?: number
}

export interface HttpRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Begins with a slash. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Statuses that are an answer as well as 2xx, as 404 where a miss is one. */
  readonly accept?: readonly number[]
}

interface Waiting {
  readonly send: (client: Client) => void
}

/**
 * HTTP/1.1 over connections that are kept open, one request at a time on each. The body of an answer is always read to its
 * end, so that the connection is free again.
 */
export class HttpTransport {
  readonly #free: Client[]
  readonly #clients: readonly Client[]
  readonly #waiting: Set<Waiting> = new Set()
  readonly #headers: Readonly<Record<string, string>>
  readonly #prefix: string

  /** @throws HarnessError when the options make no sense */
  constructor({ baseUrl, connections, bearerToken, headers = {}, connectTimeoutMs = 10_000 }: HttpTransportOptions) {
    const url = httpUrl(baseUrl)
    if (!Number.isInteger(connections) || connections < 1)
      throw new HarnessError(`opening an HTTP transport: connections is ${connections}`, {
        remedy: 'It is a whole number, 1 or more.',
      })
    this.#prefix = url.pathname.replace(/\/$/, '')
    this.#headers = bearerToken === undefined ? headers : { ...headers, authorization: `Bearer ${bearerToken}` }
    // No timers of its own: an operation has its deadline, and says when it has passed.
    const settings = { pipelining: 1, headersTimeout: 0, bodyTimeout: 0, maxResponseSize: LONGEST_ANSWER_BYTES }
    const connect = { timeout: connectTimeoutMs }
    this.#clients = Array.from({ length: connections }, () => new Client(url.origin, { ...settings, connect }))
    this.#free = [...this.#clients]
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
        exchange.onEnd = () => this.#release(client)
        client.dispatch(this.#dispatchOf(request), exchange)
      }
      const client = this.#free.pop()
      const waiting = client === undefined ? { send } : undefined
      const abort = (reason: unknown): void => {
        if (waiting !== undefined) this.#waiting.delete(waiting)
        exchange.abort(reason instanceof Error ? reason : new Error(String(reason)))
      }
      if (operation?.onAbort) operation.onAbort(abort)
      else if (operation?.signal) exchange.listenTo(operation.signal, abort)
      if (exchange.isSettled) {
        if (client) this.#free.push(client)
      } else if (client) send(client)
      else if (waiting) this.#waiting.add(waiting)
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
    return {
      method,
      path: this.#prefix + path,
      headers: headers === undefined ? this.#headers : { ...this.#headers, ...headers },
      ...(body === undefined ? {} : { body }),
    }
  }

  #release(client: Client): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free.push(client)
      return
    }
    this.#waiting.delete(next)
    next.send(client)
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
  #stopListening: (() => void) | undefined
  #reason: Error | undefined
  isSettled = false
  onEnd: (() => void) | undefined

  constructor(request: HttpRequest, resolve: (answer: HttpAnswer) => void, reject: (error: Error) => void) {
    this.#request = request
    this.#resolve = resolve
    this.#reject = reject
  }

  listenTo(signal: AbortSignal, abort: (reason: unknown) => void): void {
    const listener = (): void => abort(signal.reason)
    if (signal.aborted) return listener()
    signal.addEventListener('abort', listener, { once: true })
    this.#stopListening = () => signal.removeEventListener('abort', listener)
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
    this.onEnd?.()
    if (this.isSettled) return
    this.#settle()
    const body = this.#more ? Buffer.concat(this.#more) : this.#first
    const answer = new HttpAnswer(this.#status, this.#headers, body)
    const isGood = (this.#status >= 200 && this.#status < 300) || this.#request.accept?.includes(this.#status)
    if (isGood) this.#resolve(answer)
    else this.#reject(new HttpStatusError(answer))
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.onEnd?.()
    if (this.isSettled) return
    this.#settle()
    this.#reject(error)
  }

  #settle(): void {
    this.isSettled = true
    this.#stopListening?.()
  }
}

function httpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '')
    return url
  // The text is not shown: a URL with a password in it is among those that are refused.
  throw new HarnessError('opening an HTTP transport: its base URL is none of HTTP, or has credentials in it', {
    remedy: 'It reads http://host:port or https://host, and credentials go into bearerToken.',
  })
}
