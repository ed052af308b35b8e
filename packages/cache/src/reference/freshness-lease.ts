/**
 * The longest that a node serves local copies without word from Redis. It stays under the 50 ms that the contract allows
 * by what the answer needs to reach the caller, and above a few ping intervals, or the local tier would hardly serve.
 */
export const FRESHNESS_LEASE_MS = 35

/**
 * The right to serve local copies. A ping that was sent at time t on the connection that carries the invalidations is
 * answered after every invalidation published before t. So, once the answer is processed, the local copies are as new as
 * Redis was at t, and a copy served while the lease holds is never older than its length: not because messages are fast,
 * but because a node that is paused, cut off or busy loses the right.
 *
 * The clock must be monotonic and go on while the process is stopped. Node's `performance.now()` does, except while the
 * whole machine sleeps. Gray and Cheriton, "Leases", SOSP 1989.
 */
export class FreshnessLease {
  readonly #now: () => number
  #confirmedAtMs = Number.NEGATIVE_INFINITY

  constructor(now: () => number) {
    this.#now = now
  }

  /** An answer arrived, to a ping that was sent at that time. */
  confirm(sentAtMs: number): void {
    this.#confirmedAtMs = Math.max(this.#confirmedAtMs, sentAtMs)
  }

  revoke(): void {
    this.#confirmedAtMs = Number.NEGATIVE_INFINITY
  }

  holds(): boolean {
    return this.#now() - this.#confirmedAtMs <= FRESHNESS_LEASE_MS
  }
}
