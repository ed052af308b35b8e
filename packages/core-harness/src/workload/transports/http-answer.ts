import { STATUS_CODES } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'

/** What a service answered, whole. */
export class HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly #body: Buffer | undefined

  constructor(status: number, headers: IncomingHttpHeaders, body: Buffer | undefined) {
    this.status = status
    this.headers = headers
    this.#body = body
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
