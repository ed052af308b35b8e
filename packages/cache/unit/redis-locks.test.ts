import { expect, test } from '@jest/globals'
import { ChangeSignal } from '../src/reference/change-signal.ts'
import type { Connection } from '../src/reference/connection.ts'
import { LifetimeRefusedError } from '../src/reference/errors.ts'
import { Keyspace } from '../src/reference/keyspace.ts'
import { RedisLocks } from '../src/reference/redis-locks.ts'

const keyspace = new Keyspace('app:')

/** A Redis whose answers to `acquire` and `extend` are given one after the other, each so long after it was asked. */
function redisWith(answers: readonly { readonly takesMs: number; readonly answer: unknown }[]) {
  const signal = new ChangeSignal()
  let nowMs = 1_000
  const asked: (readonly unknown[])[] = []
  const answer = (...question: readonly unknown[]): Promise<unknown> => {
    const next = answers[asked.length]
    asked.push(question)
    nowMs += next?.takesMs ?? 0
    return Promise.resolve(next?.answer)
  }
  const client = { defineCommand: () => undefined, acquireLock: answer, extendLock: answer }
  const connection = { client, run: (_: string, command: () => Promise<unknown>) => command() }
  const options = { connection: connection as unknown as Connection, keyspace, signal, now: () => nowMs }
  return { locks: new RedisLocks(options), signal, asked, pass: (ms: number) => (nowMs += ms) }
}

test('a handle claims what is left of its TTL, from when the attempt was sent and less the drift of clocks', async () => {
  const { locks } = redisWith([{ takesMs: 40, answer: ['7', 1_000] }])
  expect(await locks.acquire('a', { ttlMs: 1_000 })).toMatchObject({ name: 'a', token: 7, expiresInMs: 955 })
})

test('the time that was waited before the attempt that succeeded does not count', async () => {
  const { locks, signal, asked, pass } = redisWith([
    { takesMs: 0, answer: ['', 60_000] },
    { takesMs: 10, answer: ['8', 1_000] },
  ])
  const acquired = locks.acquire('a', { ttlMs: 1_000, waitMs: 60_000 })
  await new Promise(setImmediate)
  expect(asked).toHaveLength(1)
  pass(5_000)
  signal.notify(keyspace.lock('a'))
  expect(await acquired).toMatchObject({ token: 8, expiresInMs: 985 })
})

test('a lock whose time was over before the answer came is not handed out', async () => {
  const late = { takesMs: 1_000, answer: ['9', 1_000] }
  expect(await redisWith([late]).locks.acquire('a', { ttlMs: 1_000 })).toBeUndefined()
  const handle = { name: 'a', secret: 's', token: 9, expiresInMs: 1 }
  expect(await redisWith([{ takesMs: 1_000, answer: 1 }]).locks.extend(handle, { ttlMs: 1_000 })).toBeUndefined()
})

test('an extension has another secret and the same token', async () => {
  const { locks, asked } = redisWith([{ takesMs: 0, answer: 1 }])
  const extended = await locks.extend({ name: 'a', secret: 's', token: 9, expiresInMs: 1 }, { ttlMs: 1_000 })
  expect(extended).toMatchObject({ name: 'a', token: 9, expiresInMs: 995 })
  expect(asked).toEqual([[keyspace.lock('a'), 's', extended?.secret, 1_000]])
  expect(extended?.secret).not.toBe('s')
})

test('a lock without a lifetime, or with a wait that is no time, is refused', async () => {
  const { locks, asked } = redisWith([])
  await expect(locks.acquire('a', { ttlMs: 0 })).rejects.toBeInstanceOf(LifetimeRefusedError)
  await expect(locks.acquire('a', { ttlMs: 1, waitMs: NaN })).rejects.toBeInstanceOf(LifetimeRefusedError)
  await expect(locks.acquire('a', { ttlMs: 1, waitMs: -1 })).rejects.toBeInstanceOf(LifetimeRefusedError)
  expect(asked).toEqual([])
})
