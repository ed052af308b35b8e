import type { Connection } from './connection.ts'
import type { FreshnessLease } from './freshness-lease.ts'
import { InvalidationLink, type LinkEvents } from './invalidation-link.ts'

export interface FeedOptions extends LinkEvents {
  readonly connection: Connection
  readonly channel: string
  readonly createLease: () => FreshnessLease
  readonly now: () => number
}

/**
 * The invalidations of all masters. On a cluster each master has a link of its own: a message that crosses the cluster
 * bus comes in no order with the answers to pings, but the master where a key changed publishes to its own subscribers
 * in order.
 */
export class InvalidationFeed {
  readonly #options: FeedOptions
  readonly #links = new Map<string, InvalidationLink>()
  #closed = false

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** Resolves when every master's subscription is acknowledged. */
  async open(): Promise<void> {
    this.#options.connection.onTopologyChange(() => void this.#followMasters())
    await this.#followMasters()
  }

  /** Whether local copies may be served now. */
  holds(): boolean {
    if (this.#links.size === 0) return false
    for (const link of this.#links.values()) if (!link.holds()) return false
    return true
  }

  close(): void {
    this.#closed = true
    for (const link of this.#links.values()) link.close()
    this.#links.clear()
  }

  async #followMasters(): Promise<void> {
    if (this.#closed) return
    const { connection, channel, createLease, now, changed, missed } = this.#options
    const masters = new Map(
      connection.masters().map((master) => [`${master.options.host}:${master.options.port}`, master]),
    )
    for (const [address, link] of this.#links)
      if (!masters.has(address)) {
        link.close()
        this.#links.delete(address)
      }
    const opening: Promise<void>[] = []
    for (const [address, master] of masters)
      if (!this.#links.has(address)) {
        const subscriber = connection.subscriberOf(master)
        const link = new InvalidationLink({ subscriber, channel, lease: createLease(), now, changed, missed })
        this.#links.set(address, link)
        opening.push(link.open())
      }
    await Promise.all(opening)
  }
}
