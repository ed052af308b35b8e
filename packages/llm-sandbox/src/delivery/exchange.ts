import type { FastifyReply } from '@proving-ground/core-harness/service'
import { once } from 'node:events'
import { ApiError } from '../api/error.ts'
import type { Fault } from './fault.ts'
import type { Entry, Journal, Outcome } from './journal.ts'
import { Pace } from './pace.ts'

/** One event of a stream. */
export interface StreamEvent {
  /** As it goes over the wire, with its blank line. */
  readonly text: string
  /** Generated for this event. */
  readonly tokens: number
}

/** As much as is written at once when nothing is waited for. */
const LONGEST_WRITE = 16_384

/** One request, from the moment when its caller is known until it ends, however it ends. */
export class Exchange {
  readonly entry: Entry
  readonly #reply: FastifyReply
  readonly #journal: Journal
  readonly #fault: Fault | undefined
  readonly #pace: Pace
  readonly #gone = new AbortController()
  readonly #startedAtMs = performance.now()

  constructor(
    entry: Entry,
    reply: FastifyReply,
    journal: Journal,
    behaviour: {
      readonly fault: Fault | undefined
      readonly timeToFirstTokenMs: number
      readonly tokensPerSecond: number
    },
  ) {
    this.entry = entry
    this.#reply = reply
    this.#journal = journal
    this.#fault = behaviour.fault
    entry.fault = behaviour.fault?.kind
    const delayMs = behaviour.fault?.kind === 'delay' ? behaviour.fault.delayMs : 0
    this.#pace = new Pace(behaviour.timeToFirstTokenMs + delayMs, behaviour.tokensPerSecond)
    reply.raw.once('close', () => this.#gone.abort())
  }

  /**
   * Does what a fault does before anything is answered.
   *
   * @throws ApiError for a status that was ordered; never resolves before the caller has gone when no answer was
   */
  async meetFault(): Promise<void> {
    if (this.#fault?.kind === 'status') throw injected(this.#fault.status, this.#fault.retryAfterSeconds)
    if (this.#fault?.kind !== 'timeout') return
    if (!this.#gone.signal.aborted) await once(this.#gone.signal, 'abort')
    this.giveUp()
  }

  /** Ends the connection of a request that waits for nothing but its caller. */
  interruptTimeout(): void {
    if (this.#fault?.kind === 'timeout') this.#reply.raw.destroy()
  }

  /** Answers when the last token is due. */
  async answer(body: object, tokens: number): Promise<void> {
    if (!(await this.#isDue(tokens))) return this.giveUp()
    const text = JSON.stringify(body)
    this.entry.status = 200
    if (this.#fault?.kind === 'cut') return await this.#cutAnswer(text)
    this.entry.completionTokens = tokens
    this.entry.toldUsage = true
    this.end('answered')
    await this.#reply.headers(this.#headers()).type('application/json; charset=utf-8').send(text)
  }

  /** Sends server-sent events, each when its last token is due, until the caller goes away or a fault cuts them. */
  async stream(events: Iterable<StreamEvent>, usage: { readonly isTold: boolean }): Promise<void> {
    const { raw } = this.#reply.hijack()
    this.entry.status = 200
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      ...this.#headers(),
    })
    const cutAfter = this.#fault?.kind === 'cut' ? this.#fault.afterChunks : Infinity
    let [pending, pendingTokens, due, sent] = ['', 0, 0, 0]
    const flush = async (): Promise<boolean> => {
      if (this.#gone.signal.aborted) return false
      const hasRoom = raw.write(pending)
      this.entry.completionTokens += pendingTokens
      ;[pending, pendingTokens] = ['', 0]
      return hasRoom || (await this.#drained())
    }
    raw.on('error', () => undefined) // A caller that has gone; 'close' says so.
    for (const event of events) {
      if (sent === cutAfter) return await this.#cutStream(pending, pendingTokens)
      due += event.tokens
      const mustWait = this.#pace.msUntil(due) > 0
      if ((mustWait || pending.length > LONGEST_WRITE) && pending !== '' && !(await flush())) return this.giveUp()
      if (mustWait && !(await this.#isDue(due))) return this.giveUp()
      pending += event.text
      pendingTokens += event.tokens
      sent++
    }
    if (sent === cutAfter) return await this.#cutStream(pending, pendingTokens)
    if (!(await flush())) return this.giveUp()
    this.entry.toldUsage = usage.isTold
    this.end('answered')
    raw.end()
  }

  /** The caller has gone: nothing more is generated. */
  giveUp(): void {
    this.end('aborted')
    this.#reply.hijack()
    this.#reply.raw.destroy()
  }

  end(outcome: Outcome): void {
    this.#journal.close(this.entry, outcome)
  }

  async #isDue(tokens: number): Promise<boolean> {
    try {
      await this.#pace.until(tokens, this.#gone.signal)
      return !this.#gone.signal.aborted
    } catch {
      return false
    }
  }

  async #drained(): Promise<boolean> {
    try {
      await once(this.#reply.raw, 'drain', { signal: this.#gone.signal })
      return true
    } catch {
      return false
    }
  }

  async #cutStream(pending: string, pendingTokens: number): Promise<void> {
    const { raw } = this.#reply
    this.entry.completionTokens += pendingTokens
    this.end('cut')
    // What was said before is on its way before the connection ends.
    raw.flushHeaders()
    if (pending !== '') await new Promise<void>((resolve) => raw.write(pending, () => resolve()))
    raw.destroy()
  }

  async #cutAnswer(text: string): Promise<void> {
    const { raw } = this.#reply.hijack()
    this.end('cut')
    raw.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      ...this.#headers(),
    })
    await new Promise<void>((resolve) => raw.write(text.slice(0, text.length / 2), () => resolve()))
    raw.destroy()
  }

  #headers(): Record<string, string> {
    const spentMs = performance.now() - this.#startedAtMs
    return {
      'x-request-id': this.entry.id,
      'openai-processing-ms': String(Math.round(spentMs)),
      'server-timing': `service;dur=${spentMs.toFixed(3)}`,
    }
  }
}

function injected(status: number, retryAfterSeconds = 1): ApiError {
  if (status !== 429) return new ApiError(status, `The sandbox was told to answer ${status}.`)
  const resetsIn = `${retryAfterSeconds}s`
  return new ApiError(429, 'The sandbox was told to answer that too many requests were sent.', {
    code: 'rate_limit_exceeded',
    headers: {
      'retry-after': String(Math.ceil(retryAfterSeconds)),
      'retry-after-ms': String(Math.round(retryAfterSeconds * 1_000)),
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': resetsIn,
      'x-ratelimit-limit-tokens': '200000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': resetsIn,
    },
  })
}
