import { Redis } from 'ioredis'

import { withinTime } from '../within-time.ts'

/** For all that is asked over one connection; a scan of a large server takes its time. */
const ANSWER_WITHIN_MS = 60_000

/**
 * Connects once, without retries, and disconnects whatever happens.
 *
 * @throws the error of the connection, not of a command that waited for it
 */
export async function askRedis<Value>(url: string, ask: (connection: Redis) => Promise<Value>): Promise<Value> {
  const connection = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 2_000,
    disconnectTimeout: 100, // A connection that failed keeps the process alive for as long.
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
  })
  let refusal: Error | undefined
  connection.on('error', (error: Error) => (refusal ??= error))
  try {
    await connection.connect()
    return await withinTime(ask(connection), ANSWER_WITHIN_MS)
  } catch (error) {
    throw refusal ?? error
  } finally {
    connection.disconnect()
  }
}

/** Removes every key that begins with a prefix, in batches, without holding the server. */
export async function removeByPrefix(connection: Redis, prefix: string): Promise<void> {
  let cursor = '0'
  do {
    const [next, keys] = await connection.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1_000)
    cursor = next
    // One key a command: on a cluster the keys of a batch are of many slots.
    const removal = connection.pipeline()
    for (const key of keys) removal.unlink(key)
    await removal.exec()
  } while (cursor !== '0')
}
