import { Redis } from 'ioredis'
import type { Context } from './cluster-of-nodes.ts'

/** What a Redis server that is ours alone says of itself. */
export class RedisAccount {
  readonly #redis: Redis

  constructor(context: Context, url: string) {
    this.#redis = new Redis(url)
    context.onCleanup(() => this.#redis.disconnect())
  }

  /** From now on: counts of commands, and the durations of those that took a millisecond or more. */
  async open(): Promise<void> {
    await this.#redis.config('SET', 'slowlog-log-slower-than', '1000', 'slowlog-max-len', '10000')
    await this.#redis.slowlog('RESET')
    await this.#redis.config('RESETSTAT')
  }

  /** Calls by command, those from within scripts too, as `name` or `name|subcommand`. */
  async calls(): Promise<Readonly<Record<string, number>>> {
    const info = await this.#redis.info('commandstats')
    return Object.fromEntries(
      [...info.matchAll(/cmdstat_(\S+?):calls=(\d+)/g)].map(([, name, calls]) => [name, Number(calls)]),
    )
  }

  /** Milliseconds of the longest single command, by the server's clock; 0 when none took a millisecond. */
  async longestCommandMs(): Promise<number> {
    const entries = (await this.#redis.slowlog('GET', '10000')) as [number, number, number, string[]][]
    return Math.max(0, ...entries.map(([, , microseconds]) => microseconds)) / 1000
  }

  async evictedKeys(): Promise<number> {
    return Number(/evicted_keys:(\d+)/.exec(await this.#redis.info('stats'))?.[1])
  }

  /** Keys of the server that begin with a prefix without glob characters. */
  async countKeys(prefix: string): Promise<number> {
    let [cursor, count] = ['0', 0]
    do {
      const [next, keys] = await this.#redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1_000)
      cursor = next
      count += keys.length
    } while (cursor !== '0')
    return count
  }
}
