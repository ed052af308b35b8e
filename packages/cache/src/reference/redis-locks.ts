import { randomUUID } from 'node:crypto'
import type { LockHandle, LockService } from '../contract.ts'
import type { ChangeSignal } from './change-signal.ts'
import type { Connection } from './connection.ts'
import { firstOf } from './first-of.ts'
import type { Keyspace } from './keyspace.ts'
import { defineLockScripts, type LockScripts } from './lock-scripts.ts'
import { checkTtl, checkWait } from './options.ts'

/** Those who wait look again after so long when they hear nothing. */
const POLL_MS = 250
/** How much faster than the node's the clock of Redis may run: ten times what NTP corrects a clock by at most. */
const CLOCK_DRIFT = 0.005

export interface LockOptions {
  readonly connection: Connection
  readonly keyspace: Keyspace
  readonly signal: ChangeSignal
  readonly now: () => number
}

/** What an attempt came to: the token when the lock is the caller's now, and when it ends for whoever holds it. */
export interface Attempt {
  readonly sentAtMs: number
  readonly secret: string
  readonly token: number | undefined
  readonly endsInMs: number
}

/**
 * Locks in one Redis. While that runs, one holder at a time has the lock; when it loses its data, or a replica takes over, a
 * lock may be lost, and only the fencing token tells its holder from the next.
 * Redis, "Distributed Locks with Redis"; M. Kleppmann, "How to do distributed locking", 2016.
 */
export class RedisLocks implements LockService {
  protected readonly options: LockOptions
  protected readonly client: Connection['client'] & LockScripts

  constructor(options: LockOptions) {
    this.options = options
    this.client = defineLockScripts(options.connection.client)
  }

  /** @throws CacheUnavailableError when Redis did not answer; the lock may have been acquired then, and ends with its TTL */
  async acquire(name: string, options: { ttlMs: number; waitMs?: number }): Promise<LockHandle | undefined> {
    const { keyspace, signal, now } = this.options
    const ttlMs = checkTtl(options.ttlMs, 'a lock')
    const givesUpAtMs = now() + checkWait(options.waitMs ?? 0)
    for (;;) {
      // Watched from before the question, so that no release after the answer goes unheard.
      const watch = signal.watch(keyspace.lock(name))
      try {
        const attempt = await this.attempt(name, ttlMs)
        if (attempt.token !== undefined) {
          const { secret, token } = attempt
          const expiresInMs = this.claim(attempt.sentAtMs, ttlMs)
          // The answer may have come when the time was over already.
          if (expiresInMs > 0) return { name, secret, token, expiresInMs }
        }
        const waitMs = Math.min(POLL_MS, attempt.endsInMs + 1, givesUpAtMs - now())
        if (waitMs <= 0) return undefined
        await firstOf(watch.changed, waitMs)
      } finally {
        watch.stop()
      }
    }
  }

  async extend({ name, secret, token }: LockHandle, options: { ttlMs: number }): Promise<LockHandle | undefined> {
    const { connection, keyspace, now } = this.options
    const ttlMs = checkTtl(options.ttlMs, 'a lock')
    const newSecret = randomUUID()
    const sentAtMs = now()
    const extended = await connection.run('extend a lock', () =>
      this.client.extendLock(keyspace.lock(name), secret, newSecret, ttlMs),
    )
    const expiresInMs = this.claim(sentAtMs, ttlMs)
    return extended === 1 && expiresInMs > 0 ? { name, secret: newSecret, token, expiresInMs } : undefined
  }

  async release({ name, secret }: LockHandle): Promise<boolean> {
    const { connection, keyspace } = this.options
    const released = await connection.run('release a lock', () =>
      this.client.releaseLock(keyspace.lock(name), secret, keyspace.channel),
    )
    return released === 1
  }

  protected async attempt(name: string, ttlMs: number): Promise<Attempt> {
    const { connection, keyspace, now } = this.options
    const secret = randomUUID()
    const sentAtMs = now()
    const [token, endsInMs] = await connection.run('acquire a lock', () =>
      this.client.acquireLock(keyspace.lock(name), keyspace.lockTokens, secret, ttlMs),
    )
    return { sentAtMs, secret, token: token === '' ? undefined : Number(token), endsInMs }
  }

  /** What is left of a TTL that Redis began to count when the command reached it, or later. */
  protected claim(sentAtMs: number, ttlMs: number): number {
    return Math.floor(sentAtMs + ttlMs * (1 - CLOCK_DRIFT) - this.options.now())
  }
}
