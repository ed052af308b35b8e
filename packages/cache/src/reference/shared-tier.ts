import type { Redis } from 'ioredis'
import type { Lifetime } from '../contract.ts'
import type { Connection } from './connection.ts'
import { escapeForRedisMatch } from './glob.ts'

/** Keys that one removal script takes, and so the longest that clearing holds Redis: well under a millisecond. */
const REMOVAL_BATCH = 100
const SCAN_COUNT = 1_000

/** What a Redis key holds. */
export type Held =
  | { readonly kind: 'value'; readonly encoded: Buffer; readonly ttlMs: number }
  | { readonly kind: 'loading'; readonly token: string; readonly ttlMs: number }
  | { readonly kind: 'fenced' }

/** The entries in Redis. Every method is one round trip but `scan`, and throws CacheUnavailableError. */
export class SharedTier {
  readonly connection: Connection
  readonly channel: string

  constructor(connection: Connection, channel: string) {
    this.connection = connection
    this.channel = channel
  }

  async read(redisKey: string): Promise<Held | undefined> {
    const reply = await this.connection.run('read an entry', () => this.connection.client.readEntryBuffer(redisKey))
    return reply === null ? undefined : parseHeld(...reply)
  }

  /** Replaces what the key holds, a load under way too; a key that is fenced stays empty. `keepTtl` needs a value to replace. */
  async write(redisKey: string, encoded: Buffer, lifetime: Lifetime): Promise<void> {
    const ttl = 'ttlMs' in lifetime ? lifetime.ttlMs : 'keep'
    await this.connection.run('write an entry', () =>
      this.connection.client.writeEntry(redisKey, asValue(encoded), ttl, this.channel),
    )
  }

  /** Removes values and loads under way, and resolves with how many values there were. Fences stay. */
  async remove(redisKeys: readonly string[]): Promise<number> {
    // Keys of one script must lie in one slot of a cluster.
    const size = this.connection.isCluster ? 1 : REMOVAL_BATCH
    const batches = Array.from({ length: Math.ceil(redisKeys.length / size) }, (_, at) =>
      redisKeys.slice(at * size, (at + 1) * size),
    )
    const removed = await Promise.all(
      batches.map((batch) =>
        this.connection.run('remove entries', () =>
          this.connection.client.removeEntries(batch.length, ...batch, this.channel),
        ),
      ),
    )
    return removed.reduce((sum, count) => sum + count, 0)
  }

  /** Takes the right to load an empty key. Who gets `loading` back with the own token has it. */
  async acquire(redisKey: string, token: string, leaseMs: number): Promise<Held> {
    const reply = await this.connection.run('begin a load', () =>
      this.connection.client.acquireEntryBuffer(redisKey, `L${token}`, leaseMs),
    )
    return parseHeld(...reply)
  }

  /** False when the right is lost. */
  async renew(redisKey: string, token: string, leaseMs: number): Promise<boolean> {
    const renewed = await this.connection.run('go on with a load', () =>
      this.connection.client.renewEntry(redisKey, `L${token}`, leaseMs),
    )
    return renewed === 1
  }

  /** Stores what was loaded, if nothing changed since `acquire`; false otherwise. */
  async fulfil(redisKey: string, token: string, encoded: Buffer, ttlMs: number): Promise<boolean> {
    const stored = await this.connection.run('store what was loaded', () =>
      this.connection.client.fulfilEntry(redisKey, `L${token}`, asValue(encoded), ttlMs, this.channel),
    )
    return stored === 1
  }

  /** Gives the right to load back, after a failure. */
  async abandon(redisKey: string, token: string): Promise<void> {
    await this.connection.run('give up a load', () =>
      this.connection.client.abandonEntry(redisKey, `L${token}`, this.channel),
    )
  }

  /** Empties the key and keeps it empty for so long, or extends that. */
  async fence(redisKey: string, writer: string, ttlMs: number): Promise<void> {
    await this.connection.run('invalidate around a commit', () =>
      this.connection.client.fenceEntry(redisKey, writer, ttlMs, this.channel),
    )
  }

  /** Takes the writer's fence away and empties the key, also when the fence had run out. */
  async unfence(redisKey: string, writer: string): Promise<void> {
    await this.fence(redisKey, writer, 0)
  }

  /** All Redis keys that begin with a prefix, master by master, in batches; some may come twice. */
  async *scan(prefix: string): AsyncGenerator<readonly string[]> {
    for (const master of this.connection.masters()) yield* this.scanMaster(master, prefix)
  }

  protected async *scanMaster(master: Redis, prefix: string): AsyncGenerator<readonly string[]> {
    const match = `${escapeForRedisMatch(prefix)}*`
    let cursor = '0'
    do {
      const [next, batch] = await this.connection.run('scan the keys of a tenant', () =>
        master.scan(cursor, 'MATCH', match, 'COUNT', SCAN_COUNT),
      )
      cursor = next
      if (batch.length > 0) yield batch
    } while (cursor !== '0')
  }
}

function asValue(encoded: Buffer): Buffer {
  return Buffer.concat([Buffer.from('V'), encoded])
}

function parseHeld(held: Buffer, ttlMs: number): Held {
  const tag = String.fromCharCode(held[0]!)
  if (tag === 'V') return { kind: 'value', encoded: held.subarray(1), ttlMs }
  if (tag === 'L') return { kind: 'loading', token: held.toString('utf8', 1), ttlMs }
  return { kind: 'fenced' }
}
