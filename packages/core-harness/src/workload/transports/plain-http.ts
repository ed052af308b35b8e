import { HarnessError } from '../../environment/errors.ts'
import { whenAborted } from './abortable.ts'
import type { Abortable } from './abortable.ts'
import { FreeList } from './free-list.ts'
import { HttpAnswer, HttpStatusError } from './http-answer.ts'
import { httpTarget, isAccepted } from './http-request.ts'
import type { HttpRequest, HttpTransportOptions } from './http-request.ts'
import { PlainConnection } from './plain-connection.ts'

/** What a line of a request may not hold: it would end there, and another begin. */
const NO_TARGET = /[^\x21-\x7e]/
const NO_HEADER_NAME = /[^!#$%&'*+.^_`|~0-9A-Za-z-]/
const NO_HEADER_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/**
 * HTTP/1.1 without TLS, for when the generator itself would be the limit: a request costs about three quarters of
 * what it costs with `HttpTransport`, and is the same otherwise.
 */
export class PlainHttpTransport {
  readonly #connections: readonly PlainConnection[]
  readonly #free: FreeList<PlainConnection>
  readonly #prefix: string
  /** Lines that every request has. */
  readonly #lines: string

  /** @throws HarnessError when the options make no sense */
  constructor(options: HttpTransportOptions) {
    const { url, prefix, headers } = httpTarget(options)
    if (url.protocol !== 'http:')
      throw new HarnessError('opening a plain HTTP transport: its base URL is one of https', {
        remedy: 'Use HttpTransport.',
      })
    const { connectTimeoutMs = 10_000, connections } = options
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const address = { host, port: url.port === '' ? 80 : Number(url.port), connectTimeoutMs }
    this.#connections = Array.from({ length: connections }, () => new PlainConnection(address))
    this.#free = new FreeList(this.#connections)
    this.#prefix = prefix
    this.#lines = ` HTTP/1.1\r\nhost: ${url.host}\r\n${linesOf(headers)}`
  }

  /**
   * Resolves with an answer of status 2xx, or one that the request accepts, once its body was read.
   *
   * @param operation ends the request: the context of an operation, or anything with a signal
   * @throws HttpStatusError for another status; the error of the connection when there is no answer
   */
  request(request: HttpRequest, operation?: Abortable): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const { method = 'GET', body } = request
      const head = this.#headOf(method, request)
      let isSettled = false
      let used: PlainConnection | undefined
      const send = (connection: PlainConnection): void => {
        used = connection
        connection.exchange(head, body, method === 'HEAD', (error, answer) => {
          this.#free.give(connection)
          if (isSettled) return
          isSettled = true
          stop?.()
          if (answer === undefined) reject(error ?? new Error('there was no answer'))
          else if (isAccepted(answer.status, request)) resolve(answer)
          else reject(new HttpStatusError(answer))
        })
      }
      const stop = whenAborted(operation, (reason) => {
        if (isSettled) return
        isSettled = true
        this.#free.leave(send)
        used?.abort(reason)
        reject(reason)
      })
      if (!isSettled) this.#free.take(send)
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
    await Promise.all(this.#connections.map((connection) => connection.close()))
  }

  #headOf(method: string, { path, headers, body }: HttpRequest): string {
    if (NO_TARGET.test(path)) throw new TypeError('a path holds visible ASCII characters only: encode it')
    const length = body === undefined && (method === 'GET' || method === 'HEAD') ? '' : lengthLine(body)
    const own = headers === undefined ? '' : linesOf(headers)
    return `${method} ${this.#prefix}${path}${this.#lines}${own}${length}\r\n`
  }
}

function lengthLine(body: string | Uint8Array = ''): string {
  return `content-length: ${typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength}\r\n`
}

function linesOf(headers: Readonly<Record<string, string>>): string {
  let lines = ''
  for (const [name, value] of Object.entries(headers)) {
    if (name === '' || NO_HEADER_NAME.test(name)) throw new TypeError('a header has a name that is none')
    if (NO_HEADER_VALUE.test(value)) throw new TypeError(`the header ${name} has a value that is none`)
    lines += `${name}: ${value}\r\n`
  }
  return lines
}
