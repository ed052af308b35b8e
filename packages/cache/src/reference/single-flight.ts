import { randomUUID } from 'node:crypto'
import type { ChangeSignal } from './change-signal.ts'
import type { CoherentStore } from './coherent-store.ts'
import { firstOf } from './first-of.ts'

/** How long the right to load lasts without renewal: after so long, another node takes over from one that died. */
const LOAD_LEASE_MS = 2_000
/** A load is renewed for so long; then others may load, and its result is not stored. */
const LONGEST_LOAD_MS = 60_000
/** Waiters look again after so long when they hear nothing. */
const POLL_MS = 250

export interface SingleFlightOptions {
  readonly store: CoherentStore
  readonly signal: ChangeSignal
  readonly now: () => number
}

/**
 * Loads a missing value once for all nodes. The caller that finds the key empty leaves a token in it, and what it loads
 * is stored only while the token is there: whatever changes the key in between removes the token, so that a value read
 * before a delete is never stored after it. Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, section 3.2.1.
 */
export class SingleFlight {
  protected readonly store: CoherentStore
  readonly #signal: ChangeSignal
  readonly #now: () => number
  /** The loads of this node under way, by token. */
  readonly #flights = new Map<string, Promise<Buffer>>()

  constructor(options: SingleFlightOptions) {
    this.store = options.store
    this.#signal = options.signal
    this.#now = options.now
  }

  async getOrLoad(redisKey: string, load: () => Promise<Buffer>, ttlMs: number): Promise<Buffer> {
    for (;;) {
      const copy = this.store.copy(redisKey)
      if (copy !== undefined) return copy
      const token = randomUUID()
      // Watched from before the question, so that no change after the answer goes unheard.
      const watch = this.#signal.watch(redisKey)
      try {
        const held = await this.store.readThrough(redisKey, () =>
          this.store.shared.acquire(redisKey, token, LOAD_LEASE_MS),
        )
        if (held.kind === 'value') return held.encoded
        // A writer is about to commit: what is read now may be old at once, and is for this caller only.
        if (held.kind === 'fenced') return await load()
        if (held.token === token) return await this.#lead(redisKey, token, load, ttlMs)
        // Joined only while the key holds its token: a load from before a delete that this caller knows of has lost it.
        const flight = this.#flights.get(held.token)
        if (flight !== undefined) return await flight
        await firstOf(watch.changed, Math.min(POLL_MS, held.ttlMs + 1))
      } finally {
        watch.stop()
      }
    }
  }

  async #lead(redisKey: string, token: string, load: () => Promise<Buffer>, ttlMs: number): Promise<Buffer> {
    const flight = this.loadAndStore(redisKey, token, load, ttlMs)
    this.#flights.set(token, flight)
    try {
      return await flight
    } finally {
      this.#flights.delete(token)
    }
  }

  protected async loadAndStore(
    redisKey: string,
    token: string,
    load: () => Promise<Buffer>,
    ttlMs: number,
  ): Promise<Buffer> {
    const stopRenewing = this.#keepRenewing(redisKey, token)
    let encoded: Buffer
    try {
      encoded = await load()
    } catch (failure) {
      stopRenewing()
      // Out of reach, Redis lets the token run out; the failure of the load is what the callers must hear of.
      await this.store.shared.abandon(redisKey, token).catch(() => undefined)
      throw failure
    }
    stopRenewing()
    await this.store.shared.fulfil(redisKey, token, encoded, ttlMs)
    return encoded
  }

  #keepRenewing(redisKey: string, token: string): () => void {
    const endsAtMs = this.#now() + LONGEST_LOAD_MS
    const stop = (): void => clearInterval(timer)
    const timer = setInterval(() => {
      if (this.#now() > endsAtMs) return stop()
      this.store.shared.renew(redisKey, token, LOAD_LEASE_MS).then(
        (renewed) => {
          if (!renewed) stop()
        },
        // Redis is out of reach. The next turn tries again, and `fulfil` finds out whether the token outlived it.
        () => undefined,
      )
    }, LOAD_LEASE_MS / 4)
    // A load that never ends must not keep a process alive that has closed its node.
    timer.unref()
    return stop
  }
}
