import { STATUS_CODES } from 'node:http'

/** By name in lower case. A header that came several times has all its values. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** What a service answered, whole. */
export class HttpAnswer {
  readonly status: number
  readonly #headers: () => HttpHeaders
  readonly #body: Buffer | undefined

  /** @param headers are read when they are asked for */
  constructor(status: number, headers: () => HttpHeaders, body: Buffer | undefined) {
    this.status = status
    this.#headers = headers
    this.#body = body
  }

  get headers(): HttpHeaders {
    return this.#headers()
  }

  get bytes(): Buffer {
    return this.#body ?? Buffer.alloc(0)
  }

  text(): string {
    return this.#body?.toString('utf8') ?? ''
  }

  /** @throws SyntaxError when it is no JSON */
  json(): unknown {
    return JSON.parse(this.text())
  }
}

/** An answer that is no success. Its message holds the status alone, so that errors of one kind are counted together. */
export class HttpStatusError extends Error {
  readonly answer: HttpAnswer

  constructor(answer: HttpAnswer) {
    super(`answered ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`.trimEnd())
    this.name = 'HttpStatusError'
    this.answer = answer
  }

  get status(): number {
    return this.answer.status
  }
}
