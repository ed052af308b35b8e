import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'

import { NODE_GONE, Peer } from '../../src/guarantee/hosting/peer.ts'

type Root = (...args: never[]) => unknown

let near: Peer
let far: Peer
let nearSocket: Socket
let farSocket: Socket
let answer: Root = () => undefined
let listener: ReturnType<typeof createServer>

beforeEach(async () => {
  listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const accepted = once(listener, 'connection') as Promise<[Socket]>
  nearSocket = connect((listener.address() as { port: number }).port, '127.0.0.1')
  ;[farSocket] = await accepted
  near = new Peer(nearSocket, () => undefined)
  far = new Peer(farSocket, (...args) => (answer as (...args: unknown[]) => unknown)(...args))
})

afterEach(() => {
  near.close()
  far.close()
  listener.close()
})

/** What the other side gets, and gives back as it got it. */
async function roundTrip(value: unknown): Promise<unknown> {
  answer = (got: unknown) => got
  return await near.call(value)
}

test.each([
  ['undefined', undefined],
  ['null', null],
  ['a bigint', 2n ** 80n],
  ['a negative zero', -0],
  ['not a number', NaN],
  ['a string with separators of lines', 'a\u2028b\u2029c\0d'],
  ['an array with undefined', [1, undefined, 3]],
  ['nested objects', { a: { b: [{ c: 1n }] } }],
  ['a date', new Date(86_400_000)],
  ['a map of sets', new Map([['a', new Set([1, 2])]])],
  ['bytes', new Uint8Array([0, 255, 10])],
  ['an object with a field "mark"', { mark: 'something' }],
])('%s crosses as it is', async (_, value) => {
  expect(await roundTrip(value)).toEqual(value)
})

test('a field named __proto__ is a field', async () => {
  const hostile: unknown = JSON.parse('{"__proto__": {"isAdmin": true}, "other": 1}')
  const back = (await roundTrip(hostile)) as { isAdmin?: boolean }
  expect(JSON.stringify(back)).toBe('{"__proto__":{"isAdmin":true},"other":1}')
  expect(back.isAdmin).toBeUndefined()
})

test('values of five megabytes cross, many at once, each to whoever asked', async () => {
  answer = (seed: number) => Buffer.alloc(5 * 1024 * 1024, seed)
  const answers = (await Promise.all([1, 2, 3, 4].map((seed) => near.call(seed)))) as Buffer[]
  for (const [index, bytes] of answers.entries()) {
    expect(bytes.length).toBe(5 * 1024 * 1024)
    expect(bytes.every((byte) => byte === index + 1)).toBe(true)
  }
})

test('calls that overlap are answered in any order', async () => {
  const release = new Map<number, () => void>()
  answer = (id: number) => new Promise((resolve) => release.set(id, () => resolve(id * 10)))
  const calls = [near.call(1), near.call(2), near.call(3)]
  await expect(waitUntil(() => release.size === 3)).resolves.toBeUndefined()
  for (const id of [3, 1, 2]) release.get(id)?.()
  expect(await Promise.all(calls)).toEqual([10, 20, 30])
})

test('a function is called back, with what it gets and gives crossing too', async () => {
  answer = async (apply: (value: number, next: (got: number) => number) => Promise<number>) =>
    await apply(2, (got) => got * 100)
  const result = await near.call(
    async (value: number, next: (got: number) => Promise<number>) => (await next(value)) + 1,
  )
  expect(result).toBe(201)
})

test('what a callback throws reaches the one that called it', async () => {
  answer = async (fail: () => Promise<void>) => {
    await fail().catch((error: Error & { code?: string }) => {
      throw Object.assign(new Error(`called: ${error.message}`), { code: `${error.code}_2` })
    })
  }
  const call = near.call(() => Promise.reject(Object.assign(new Error('inner'), { code: 'E_INNER' })))
  await expect(call).rejects.toMatchObject({ message: 'called: inner', code: 'E_INNER_2' })
})

test('an error keeps its name, message, code, fields and cause', async () => {
  answer = () => {
    const cause = Object.assign(new TypeError('the root'), { code: 'E_ROOT' })
    const error = Object.assign(new RangeError('too much', { cause }), { code: 'E_MUCH', retryAfterMs: 5 })
    throw error
  }
  await expect(near.call()).rejects.toMatchObject({
    name: 'RangeError',
    message: 'too much',
    code: 'E_MUCH',
    retryAfterMs: 5,
    cause: { name: 'TypeError', message: 'the root', code: 'E_ROOT' },
  })
})

test('an error that is a value, and not thrown, keeps its code', async () => {
  answer = () => [{ status: 'rejected', reason: Object.assign(new Error('no'), { code: 'E_NO' }) }]
  expect(await near.call()).toMatchObject([{ reason: { message: 'no', code: 'E_NO' } }])
})

test('errors that are caused by themselves or hold others come to an end', async () => {
  answer = () => {
    const error = new AggregateError([new Error('one'), new Error('two')], 'both')
    error.cause = error
    throw error
  }
  await expect(near.call()).rejects.toMatchObject({ message: 'both', errors: [{ message: 'one' }, { message: 'two' }] })
})

test('something that is thrown and no error becomes one', async () => {
  answer = () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- it is what is tested
    throw 'only text'
  }
  await expect(near.call()).rejects.toMatchObject({ message: 'only text' })
})

test('what cannot cross is refused where it was sent, and the connection lives on', async () => {
  const round: Record<string, unknown> = {}
  round.self = round
  await expect(near.call(round)).rejects.toThrow(/call stack/i)
  await expect(near.call(new Map([['f', () => 1]]))).rejects.toThrow(/could not be cloned/)
  answer = () => new Map([['f', () => 1]])
  await expect(near.call()).rejects.toThrow(/could not be cloned/)
  expect(await roundTrip('still there')).toBe('still there')
})

test('an async iterable is pulled item by item', async () => {
  const produced: number[] = []
  answer = async function* () {
    for (let item = 1; ; item++) {
      produced.push(item)
      yield await Promise.resolve({ item })
    }
  }
  const seen: number[] = []
  for await (const { item } of (await near.call()) as AsyncIterable<{ item: number }>) {
    seen.push(item)
    if (item === 3) break
  }
  expect(seen).toEqual([1, 2, 3])
  expect(produced).toEqual([1, 2, 3])
})

test('leaving an async iterable runs its `finally` in the other process', async () => {
  let isFreed = false
  answer = async function* () {
    try {
      for (;;) yield await Promise.resolve(1)
    } finally {
      isFreed = true
    }
  }
  for await (const item of (await near.call()) as AsyncIterable<number>) {
    expect(item).toBe(1)
    break
  }
  expect(isFreed).toBe(true)
})

test('what an async iterable throws, its reader gets', async () => {
  answer = async function* () {
    yield await Promise.resolve(1)
    throw Object.assign(new Error('stream broke'), { code: 'E_STREAM' })
  }
  const seen: number[] = []
  const reading = (async () => {
    for await (const item of (await near.call()) as AsyncIterable<number>) seen.push(item)
  })()
  await expect(reading).rejects.toMatchObject({ message: 'stream broke', code: 'E_STREAM' })
  expect(seen).toEqual([1])
})

test('a call under way fails with a code of its own when the other side goes away', async () => {
  answer = () => new Promise(() => undefined)
  const call = near.call()
  await waitUntil(() => farSocket.bytesRead > 0)
  farSocket.destroy()
  await expect(call).rejects.toMatchObject({ code: NODE_GONE })
  await expect(near.call()).rejects.toMatchObject({ code: NODE_GONE })
})

test('an iterable that nobody reads any more, because the connection is gone, is left', async () => {
  let isFreed = false
  answer = async function* () {
    try {
      for (;;) yield await Promise.resolve(1)
    } finally {
      isFreed = true
    }
  }
  const iterator = ((await near.call()) as AsyncIterable<number>)[Symbol.asyncIterator]()
  await iterator.next()
  nearSocket.destroy()
  await waitUntil(() => isFreed)
})

test.each([
  ['bytes that are no message', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a frame of another format', Buffer.from([0, 0, 0, 3, 1, 2, 3])],
  ['a frame without end', Buffer.from([255, 255, 255, 255, 1])],
])('%s end the connection, and nothing else', async (_, bytes) => {
  const closed = once(farSocket, 'close')
  nearSocket.write(bytes)
  await closed
  await expect(far.call()).rejects.toMatchObject({ code: NODE_GONE })
})

test('a frame that arrives byte by byte is a frame', async () => {
  answer = (text: string) => text
  const write = nearSocket.write.bind(nearSocket)
  nearSocket.write = ((bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at++) write(bytes.subarray(at, at + 1))
    return true
  }) as typeof nearSocket.write
  expect(await near.call('slow')).toBe('slow')
})

async function waitUntil(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
