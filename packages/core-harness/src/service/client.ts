import { Pool } from 'undici'

import { HarnessError } from '../environment/errors.ts'
import { PROBLEM_TYPE } from './problem.ts'
import type { ProblemDetails } from './problem.ts'

export { encodeText } from './query.ts'

const DEFAULT_CONNECTIONS = 128
const DEFAULT_TIMEOUT_MS = 30_000

export interface ServiceClientOptions {
  readonly token?: string | undefined
  /** Connections at most; each carries one request at a time. */
  readonly connections?: number
  /** How long a request may take, from its start to the end of the answer. */
  readonly timeoutMs?: number
}

export interface ServiceResponse {
  readonly status: number
  /** Empty when the response names none. */
  readonly type: string
  readonly body: Buffer
  /** How long the request was in the service, in milliseconds; undefined when the response does not say. */
  readonly serviceMs: number | undefined
}

export interface ServiceRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Path and query, encoded. */
  readonly path: string
  readonly type?: string
  readonly body?: Buffer
  readonly signal?: AbortSignal | undefined
}

/** What a service answered instead of a result. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly status: number
  readonly details: Partial<ProblemDetails>

  constructor(what: string, status: number, details: Partial<ProblemDetails>) {
    super(`${what}: ${status}${details.detail === undefined ? '' : ` ${details.detail}`}`)
    this.status = status
    this.details = details
  }
}

/**
 * Talks to one instance of a service: connections are kept, none carries two requests at a time, and no redirect is
 * followed, so that what is sent goes to the address that was given and to no other.
 */
export class ServiceClient {
  readonly #pool: Pool
  readonly #base: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #timeoutMs: number

  /** @param url `http://host:port`, with a path when the service is below one */
  constructor(url: string, options: ServiceClientOptions = {}) {
    const { origin, pathname } = new URL(url)
    this.#base = pathname.replace(/\/$/, '')
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
    this.#headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }
    this.#pool = new Pool(origin, {
      connections: options.connections ?? DEFAULT_CONNECTIONS,
      pipelining: 1,
      headersTimeout: this.#timeoutMs,
      bodyTimeout: this.#timeoutMs,
    })
  }

  /**
   * @throws ServiceError for a status that is not among `expected`
   * @throws Error of undici when there was no answer: what was asked for may or may not have happened
   */
  async send(request: ServiceRequest, expected: readonly number[]): Promise<ServiceResponse> {
    const { statusCode, headers, body } = await this.#pool.request({
      method: request.method,
      path: this.#base + request.path,
      headers: request.type === undefined ? this.#headers : { ...this.#headers, 'content-type': request.type },
      body: request.body ?? null,
      ...(request.signal && { signal: request.signal }),
    })
    const content = Buffer.from(await body.arrayBuffer())
    const type = String(headers['content-type'] ?? '')
    if (!expected.includes(statusCode))
      throw new ServiceError(
        `${request.method} ${request.path.split('?', 1)[0] as string}`,
        statusCode,
        readProblem(type, content),
      )
    return { status: statusCode, type, body: content, serviceMs: readTiming(headers['server-timing']) }
  }

  /** @throws HarnessError saying why the service cannot serve */
  async checkReady(signal?: AbortSignal): Promise<void> {
    try {
      await this.send({ method: 'GET', path: '/ready', signal }, [200])
    } catch (cause) {
      throw new HarnessError((cause as Error).message, { cause })
    }
  }

  /** The answer of `/stats`. Event-loop delay and CPU are those since the last one who asked. */
  async stats(): Promise<unknown> {
    const { body } = await this.send({ method: 'GET', path: '/stats' }, [200])
    return JSON.parse(body.toString('utf8')) as unknown
  }

  /** Ends its connections, and fails what is still under way. */
  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}

function readProblem(type: string, body: Buffer): Partial<ProblemDetails> {
  if (!type.startsWith(PROBLEM_TYPE)) return {}
  try {
    return JSON.parse(body.toString('utf8')) as Partial<ProblemDetails>
  } catch {
    return {} // Something between here and the service made it up; the status says enough.
  }
}

function readTiming(header: string | string[] | undefined): number | undefined {
  const [, milliseconds] = /\bservice;dur=([\d.]+)/.exec(String(header ?? '')) ?? []
  return milliseconds === undefined ? undefined : Number(milliseconds)
}
