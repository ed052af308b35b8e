import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { FreshnessLease } from './freshness-lease.ts'
import { within } from './within.ts'

const PING_INTERVAL_MS = 10
/** A connection on which a ping stays unanswered for so long is taken for dead and replaced. */
const PING_TIMEOUT_MS = 1_000

export interface LinkEvents {
  /** Redis keys changed. */
  readonly changed: (redisKeys: readonly string[]) => void
  /** Changes may have been missed. */
  readonly missed: () => void
}

export interface LinkOptions extends LinkEvents {
  /** A connection of the link's own, not yet connected, that reconnects by itself and does not subscribe again. */
  readonly subscriber: Redis
  readonly channel: string
  readonly lease: FreshnessLease
  readonly now: () => number
}

/** Carries the invalidations of one master to this node, and renews the lease for as long as it does. */
export class InvalidationLink {
  readonly #options: LinkOptions
  /** Ends what belongs to the present connection; undefined while nothing is subscribed. */
  #subscription: AbortController | undefined
  readonly #firstSubscribed = Promise.withResolvers<void>()
  #closed = false

  constructor(options: LinkOptions) {
    this.#options = options
    const { subscriber, changed, missed } = options
    subscriber.on('ready', () => void this.#subscribe())
    subscriber.on('close', () => this.#lose())
    // The cause of a lost connection; 'close' follows, and deals with it.
    subscriber.on('error', () => undefined)
    subscriber.on('message', (_channel: string, message: string) => {
      const redisKeys = parseMessage(message)
      if (redisKeys === undefined) missed()
      else changed(redisKeys)
    })
  }

  /** Resolves when the first subscription is acknowledged. */
  async open(): Promise<void> {
    // Rejects on the first failed attempt; the client goes on trying.
    this.#options.subscriber.connect().catch(() => undefined)
    await this.#firstSubscribed.promise
  }

  /** Whether this master's changes of more than the lease ago have all reached the node. */
  holds(): boolean {
    return this.#subscription !== undefined && this.#options.lease.holds()
  }

  close(): void {
    this.#closed = true
    this.#lose()
    this.#options.subscriber.disconnect()
  }

  async #subscribe(): Promise<void> {
    const { subscriber, channel, missed } = this.#options
    const subscription = new AbortController()
    try {
      await within(PING_TIMEOUT_MS, subscriber.subscribe(channel))
    } catch {
      return this.#reconnect()
    }
    if (this.#closed || subscriber.status !== 'ready') return
    this.#subscription = subscription
    // Whatever was published before the acknowledgement went to no one.
    missed()
    this.#firstSubscribed.resolve()
    await this.#renew(subscription.signal)
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { subscriber, lease, now } = this.#options
    while (!signal.aborted) {
      const sentAtMs = now()
      try {
        await within(PING_TIMEOUT_MS, subscriber.ping())
      } catch {
        if (!signal.aborted) this.#reconnect()
        return
      }
      if (signal.aborted) return
      lease.confirm(sentAtMs)
      await delay(PING_INTERVAL_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  #reconnect(): void {
    if (!this.#closed) this.#options.subscriber.disconnect(true)
  }

  #lose(): void {
    if (this.#subscription === undefined) return
    this.#subscription.abort()
    this.#subscription = undefined
    this.#options.lease.revoke()
    this.#options.missed()
  }
}

function parseMessage(message: string): readonly string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(message)
    if (Array.isArray(parsed) && parsed.every((redisKey) => typeof redisKey === 'string')) return parsed
  } catch {
    // Not ours, or cut: the answer below covers it.
  }
  return undefined
}
