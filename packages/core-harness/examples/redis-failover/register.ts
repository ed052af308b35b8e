import { join } from 'node:path'
import type { Redis } from 'ioredis'

import type { EnvironmentClient } from '../../src/environment/index.ts'
import { LeasedServer } from '../../src/fault/index.ts'
import { eventually } from '../../src/guarantee/eventually.ts'
import type { CheckResult } from '../../src/history/checkers/checker.ts'
import { linearizable } from '../../src/history/checkers/linearizable.ts'
import {
  eachProcessOnce,
  limit,
  mix,
  openJournal,
  phases,
  readHistory,
  repeat,
  runHistory,
  sequence,
  stagger,
  untilEnough,
} from '../../src/history/index.ts'
import type { History, Json, Request } from '../../src/history/index.ts'
import { Replication, connect } from './replication.ts'

const PROCESSES = 4
const OPERATIONS = 300
const MEAN_INTERVAL_MS = 2
const TIMEOUT_MS = 1_000
/** Writes that are acknowledged before the primary is killed, with the replica first and then without it. */
const WRITES_BEFORE = 20
const FAILOVER_WITHIN_MS = 10_000

export interface Judged {
  readonly file: string
  readonly history: History
  readonly result: CheckResult
}

/**
 * Four processes read and write one key of a Redis that has a replica, and the checker says whether that was one register.
 *
 * @param options.fails whether the primary is killed while they write, and the replica promoted
 * @param options.folder for the history
 */
export async function judgeRegister(
  environment: EnvironmentClient,
  { fails, folder, seed }: { readonly fails: boolean; readonly folder: string; readonly seed: number },
): Promise<Judged> {
  const [primary, replica] = await Promise.all([
    environment.lease('redis', { dedicated: true }),
    environment.lease('redis', { dedicated: true }),
  ])
  const replication = await Replication.attach(primary, replica)
  const name = fails ? 'redis-failover' : 'redis-without-faults'
  const file = join(folder, `${name}.jsonl`)
  const journal = openJournal({ file, name, seed })
  let [url, acknowledged] = [primary.url, 0]
  let isOver = !fails

  const writes = sequence(Array.from({ length: 100_000 }, (_, place): Request => ({ f: 'write', input: place + 1 })))
  const readsAndWrites = stagger(
    MEAN_INTERVAL_MS,
    mix([
      { weight: 1, generator: repeat({ f: 'read' }) },
      { weight: 1, generator: writes },
    ]),
  )
  // Behind the failover each reads before anybody writes: what was lost is seen before it is overwritten.
  const generator = phases(
    untilEnough({ seen: () => Number(isOver), minimum: 1, atMost: Infinity }, readsAndWrites),
    eachProcessOnce({ f: 'read' }),
    limit(OPERATIONS, readsAndWrites),
  )

  async function invoke(redis: Redis, { f, input }: Request): Promise<Json> {
    if (f === 'read') {
      const value = await redis.get('register')
      return value === null ? null : Number(value)
    }
    await redis.set('register', String(input))
    acknowledged++
    return null
  }

  async function failOver(): Promise<void> {
    await acknowledgedMore()
    const cutNs = journal.nowNs()
    await replication.cut()
    await acknowledgedMore()
    const killNs = journal.nowNs()
    await new LeasedServer(environment, primary).kill()
    await replication.promote()
    journal.fault({ kind: 'cut', target: 'replication', fromNs: cutNs, toNs: journal.nowNs() })
    journal.fault({ kind: 'kill', target: 'primary', fromNs: killNs, toNs: journal.nowNs() })
    url = replica.url
    isOver = true
  }

  async function acknowledgedMore(): Promise<void> {
    const enough = acknowledged + WRITES_BEFORE
    await eventually(() => acknowledged >= enough, {
      withinMs: FAILOVER_WITHIN_MS,
      describe: `${WRITES_BEFORE} more writes are acknowledged`,
    })
  }

  const stop = new AbortController()
  function giveUp(error: unknown): never {
    stop.abort(error)
    throw error
  }

  try {
    const run = runHistory({
      journal,
      processes: PROCESSES,
      generator,
      seed,
      timeoutMs: TIMEOUT_MS,
      open: () => connect(url),
      invoke,
      close: (redis) => redis.disconnect(),
      signal: stop.signal,
    })
    const failing = fails ? failOver().catch(giveUp) : undefined
    await Promise.all([run, failing])
  } finally {
    journal.close()
    replication.close()
    await Promise.all([primary, replica].map((lease) => environment.release(lease)))
  }
  const { history } = readHistory(file)
  const options = linearizable.options.parse({ model: 'register' })
  return { file, history, result: linearizable.check(history.operations, options) }
}
