import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { CacheNodeOptions } from '../contract.ts'
import { CacheClosedError, CacheUnavailableError } from './errors.ts'
import { defineScripts, type Scripts } from './scripts.ts'
import { within } from './within.ts'

/** How long opening a node may take. */
export const OPEN_TIMEOUT_MS = 5_000
/** How long one operation waits for Redis. */
export const OPERATION_TIMEOUT_MS = 2_000

/**
 * A command is sent at once or fails. A client that queues while it has no connection, or sends again what was under way
 * when it broke, would carry out a write long after its caller was told that it failed, on top of newer ones.
 */
const CLIENT_OPTIONS: RedisOptions = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  connectTimeout: 1_000,
  disconnectTimeout: 500,
  retryStrategy: (attempt) => Math.min(20 * attempt, 200),
  disableClientInfo: true,
}

/** The commands' connection of a node: one server, or a cluster. */
export class Connection {
  readonly client: (Redis | Cluster) & Scripts
  readonly #name: string
  #lastError: Error | undefined
  #ready = Promise.withResolvers<void>()
  #closed = false

  constructor({ mode, redisUrls }: CacheNodeOptions) {
    const urls = redisUrls.map((url) => new URL(url))
    this.#name = urls.map((url) => url.host).join(', ')
    this.client = defineScripts(
      mode === 'single' ? new Redis(redisUrls[0]!, { ...CLIENT_OPTIONS, lazyConnect: true }) : clusterClient(urls),
    )
    // Kept for the message of the error that the next operation fails with.
    this.client.on('error', (error: Error) => (this.#lastError = error))
    this.client.on('node error', (error: Error) => (this.#lastError = error))
    this.client.on('ready', () => {
      this.#ready.resolve()
      // Attempts that fail close too; those who wait go on waiting for the same promise until one succeeds.
      this.client.once('close', () => (this.#ready = Promise.withResolvers()))
    })
  }

  get isCluster(): boolean {
    return this.client instanceof Cluster
  }

  /** The connection of each master. */
  masters(): readonly Redis[] {
    return this.client instanceof Cluster ? this.client.nodes('master') : [this.client]
  }

  /** Tells of masters that came or went. */
  onTopologyChange(changed: () => void): void {
    if (!this.isCluster) return
    this.client.on('+node', changed)
    this.client.on('-node', changed)
  }

  /** A connection of its own to a master, not yet connected, that reconnects for as long as it is open. */
  subscriberOf(master: Redis): Redis {
    return master.duplicate({ ...CLIENT_OPTIONS, enableReadyCheck: false, readOnly: false, lazyConnect: true })
  }

  async open(): Promise<void> {
    // Rejects on the first failed attempt; the client goes on trying, and `run` waits for it.
    this.client.connect().catch((error: Error) => (this.#lastError = error))
    await this.run('open a cache node', () => Promise.resolve(), OPEN_TIMEOUT_MS)
  }

  /** @throws CacheUnavailableError when there was no connection, no answer in time, or an error for an answer */
  async run<Result>(doing: string, command: () => Promise<Result>, timeoutMs = OPERATION_TIMEOUT_MS): Promise<Result> {
    if (this.#closed) throw new CacheClosedError(`cannot ${doing}: the node was closed; open another`)
    const beganMs = performance.now()
    try {
      if (this.client.status !== 'ready') await within(timeoutMs, this.#ready.promise)
      return await within(Math.max(1, beganMs + timeoutMs - performance.now()), command())
    } catch (cause) {
      throw new CacheUnavailableError(`cannot ${doing}: Redis at ${this.#name}: ${this.#explain(cause as Error)}`, {
        cause,
      })
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const { status } = this.client
    const ended = new Promise<void>((resolve) => this.client.once('end', resolve))
    this.client.disconnect()
    // Between two attempts there is no socket whose end could be waited for.
    if (!['end', 'close', 'reconnecting'].includes(status)) await ended
  }

  #explain(cause: Error): string {
    if (cause.name === 'ReplyError') return `it refused with "${cause.message}"`
    const last = this.client.status === 'ready' ? undefined : this.#lastError?.message
    return `${[cause.message, last].filter(Boolean).join('; ')}. Check that it runs and is reachable, then try again`
  }
}

function clusterClient(urls: readonly URL[]): Cluster {
  const { username, password, protocol } = urls[0]!
  return new Cluster(
    urls.map((url) => ({ host: url.hostname, port: Number(url.port || 6379) })),
    {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: (attempt) => Math.min(20 * attempt, 200),
      redisOptions: {
        ...CLIENT_OPTIONS,
        ...(username && { username: decodeURIComponent(username) }),
        ...(password && { password: decodeURIComponent(password) }),
        ...(protocol === 'rediss:' && { tls: {} }),
      },
    },
  )
}
