import { HarnessError } from '../../environment/errors.ts'

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

/** Longer answers are refused: what a service answers under load is small. */
export const LONGEST_ANSWER_BYTES = 64 * 1024 * 1024

/** What both transports make of their options. */
export interface HttpTarget {
  readonly url: URL
  /** Comes before each path. */
  readonly prefix: string
  readonly headers: Readonly<Record<string, string>>
}

/** @throws HarnessError when the options make no sense */
export function httpTarget({ baseUrl, connections, bearerToken, headers = {} }: HttpTransportOptions): HttpTarget {
  const url = httpUrl(baseUrl)
  if (!Number.isInteger(connections) || connections < 1)
    throw new HarnessError(`opening an HTTP transport: connections is ${connections}`, {
      remedy: 'It is a whole number, 1 or more.',
    })
  return {
    url,
    prefix: url.pathname.replace(/\/$/, ''),
    headers: bearerToken === undefined ? headers : { ...headers, authorization: `Bearer ${bearerToken}` },
  }
}

export function isAccepted(status: number, { accept }: HttpRequest): boolean {
  return (status >= 200 && status < 300) || accept?.includes(status) === true
}

function httpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (url && isHttp && url.username === '' && url.password === '') return url
  // The text is not shown: a URL with a password in it is among those that are refused.
  throw new HarnessError('opening an HTTP transport: its base URL is none of HTTP, or has credentials in it', {
    remedy: 'It reads http://host:port or https://host, and credentials go into bearerToken.',
  })
}
