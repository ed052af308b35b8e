import { setTimeout as delay } from 'node:timers/promises'

/** When the tokens of one answer are due. Due times are absolute, so that late timers do not add up. */
export class Pace {
  readonly #startedAtMs = performance.now()
  readonly #firstMs: number
  readonly #msPerToken: number

  /** @param tokensPerSecond Infinity when tokens come at once */
  constructor(timeToFirstTokenMs: number, tokensPerSecond: number) {
    this.#firstMs = timeToFirstTokenMs
    this.#msPerToken = 1_000 / tokensPerSecond
  }

  /** How long it is until the token of this number is due, in milliseconds; 0 when it is. The first token has number 1. */
  msUntil(token: number): number {
    const dueMs = this.#firstMs + Math.max(0, token - 1) * this.#msPerToken
    return Math.max(0, this.#startedAtMs + dueMs - performance.now())
  }

  /** @throws the reason of the signal when it comes first */
  async until(token: number, signal: AbortSignal): Promise<void> {
    const waitMs = this.msUntil(token)
    if (waitMs > 0) await delay(waitMs, undefined, { signal })
  }
}
