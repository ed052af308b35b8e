import { Redis } from 'ioredis'

import type { Lease } from '../../src/environment/index.ts'
import { eventually } from '../../src/guarantee/eventually.ts'

const WITHIN_MS = 10_000

/** Connects once. What is asked of a server that goes away is refused, and not asked again. */
export async function connect(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 2_000,
    disconnectTimeout: 100, // A connection that failed keeps the process alive for as long.
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
  })
  redis.on('error', () => undefined) // Whoever waits for an answer is told.
  await redis.connect()
  return redis
}

/** A primary with a replica that follows it asynchronously: a write is acknowledged before the replica has it. */
export class Replication {
  readonly #primary: Redis
  readonly #replica: Redis

  private constructor(primary: Redis, replica: Redis) {
    this.#primary = primary
    this.#replica = replica
  }

  /** Resolves when the replica has all that the primary has. */
  static async attach(primary: Lease, replica: Lease): Promise<Replication> {
    const [from, to] = await Promise.all([connect(primary.url), connect(replica.url)])
    const replication = new Replication(from, to)
    try {
      await from.config('SET', 'repl-diskless-sync-delay', '0')
      await to.config('SET', 'masterauth', decodeURIComponent(new URL(primary.url).password))
      await to.replicaof(primary.peerAddress.host, primary.peerAddress.port)
      await eventually(async () => /master_link_status:up/.test(await to.info('replication')), {
        withinMs: WITHIN_MS,
        describe: 'the replica follows the primary',
      })
      return replication
    } catch (error) {
      replication.close()
      throw error
    }
  }

  /**
   * Cuts the replica off from the primary, with any provider: the primary closes the connection, and does not take the replica's
   * password any more. Neither is told to its clients, as when a network does it.
   */
  async cut(): Promise<void> {
    await this.#replica.config('SET', 'masterauth', 'cut off')
    await this.#primary.client('KILL', 'TYPE', 'REPLICA')
    await eventually(async () => /connected_slaves:0/.test(await this.#primary.info('replication')), {
      withinMs: WITHIN_MS,
      describe: 'the primary has no replica any more',
    })
  }

  /** Makes the replica a primary, as Sentinel does when the primary is gone. */
  async promote(): Promise<void> {
    await this.#replica.replicaof('NO', 'ONE')
  }

  close(): void {
    this.#primary.disconnect()
    this.#replica.disconnect()
  }
}
