import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createApp } from '@proving-ground/core-harness/service'
import fc from 'fast-check'
import type { CacheKey, CacheNode, CacheValue, Lifetime } from '../src/contract.ts'
import { CacheHttpClient } from '../src/http/client.ts'
import { cacheService } from '../src/http/service.ts'
import { noLocks } from '../src/no-locks.ts'
import { differenceOf } from '../src/model/same-value.ts'
import { codec } from '../src/reference/codec.ts'
import { checkLifetime } from '../src/reference/options.ts'

const TOKEN = 'a-token-of-sixteen-or-more'
const A_MINUTE = { ttlMs: 60_000 }
const KEY = { tenant: 'acme', key: 'plan' }

/** A node in memory, that keeps what it is given as the reference does, and no time. */
class MemoryNode implements CacheNode {
  readonly stored = new Map<string, Buffer>()
  readonly lifetimes: Lifetime[] = []

  async get(key: CacheKey): Promise<CacheValue | undefined> {
    return await this.sessions.get(JSON.stringify(key))
  }

  set(key: CacheKey, value: CacheValue, lifetime: Lifetime): Promise<void> {
    this.lifetimes.push(checkLifetime(lifetime, 'a value'))
    this.stored.set(JSON.stringify(key), codec.encode(value, 'a value'))
    return Promise.resolve()
  }

  delete(key: CacheKey): Promise<void> {
    this.stored.delete(JSON.stringify(key))
    return Promise.resolve()
  }

  clear(tenant: string, pattern: string): Promise<number> {
    return tenant === 'unknown' ? Promise.resolve(NaN) : Promise.resolve(pattern.length)
  }

  /** Loads twice, as a cache does whose key was deleted during the first load. */
  async getOrLoad(key: CacheKey, load: () => Promise<CacheValue>, lifetime: { ttlMs: number }): Promise<CacheValue> {
    const [value] = [(await this.get(key)) ?? (await load(), await load())]
    await this.set(key, value, lifetime)
    return value
  }

  async update<Result>(key: CacheKey, commit: () => Promise<Result>): Promise<Result> {
    const result = await commit()
    await this.delete(key)
    return result
  }

  readonly sessions = {
    start: (id: string, data: CacheValue): Promise<void> => {
      this.stored.set(id, codec.encode(data, 'a session'))
      return Promise.resolve()
    },
    get: (id: string): Promise<CacheValue | undefined> => {
      const found = this.stored.get(id)
      return Promise.resolve(found && codec.decode(found))
    },
    end: (id: string): Promise<void> => {
      this.stored.delete(id)
      return Promise.resolve()
    },
  }

  readonly locks = noLocks('a node in memory')

  readonly llm = { respond: () => Promise.reject(new Error('not here')) }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

let node: MemoryNode
let url: string
let client: CacheHttpClient
let end: () => Promise<void>

beforeEach(async () => {
  node = new MemoryNode()
  const service = cacheService(node, 'memory')
  const app = await createApp('cache', service, { token: TOKEN, bodyLimitBytes: 1024 * 1024 }, () => undefined)
  url = await app.listen({ host: '127.0.0.1', port: 0 })
  client = new CacheHttpClient(url, { token: TOKEN, connections: 4 })
  end = async () => {
    await client.close()
    await app.close()
    await service.close()
  }
})

afterEach(async () => await end())

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '..', '/', '%', '\ud83d', '?a=b', '+', '\0'),
)
const { value } = fc.letrec<{ value: CacheValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0 || 0),
    anyText,
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(anyText, fc.constantFrom('b', 'o', '__proto__')), tie('value'), { maxKeys: 4 }),
  ),
}))

test('any value comes back exactly under any tenant and key', async () => {
  await fc.assert(
    fc.asyncProperty(anyText, anyText, value, async (tenant, key, given) => {
      await client.set({ tenant, key }, given, A_MINUTE)
      expect(differenceOf(given, await client.get({ tenant, key }))).toBeUndefined()
      expect(node.stored.has(JSON.stringify({ tenant, key }))).toBe(true)
      await client.delete({ tenant, key })
      expect(await client.get({ tenant, key })).toBeUndefined()
    }),
    { numRuns: 200 },
  )
})

test('lifetimes, clearing and sessions reach the node as they were given', async () => {
  await client.set(KEY, 1, { ttlMs: 1.5 })
  await client.set(KEY, 1, { keepTtl: true })
  expect(node.lifetimes).toEqual([{ ttlMs: 1 }, { keepTtl: true }])
  expect(await client.clear('acme', 'a*\\?')).toBe(4)
  expect(await client.clear('unknown', '*')).toBeNaN()
  await client.sessions.start('id/1', { user: 'ann' }, A_MINUTE)
  expect(await client.sessions.get('id/1')).toEqual({ user: 'ann' })
  await client.sessions.end('id/1')
  expect(await client.sessions.get('id/1')).toBeUndefined()
})

test('errors of the cache are the same errors here; nothing is stored', async () => {
  for (const ttlMs of [0, -1, NaN, Infinity])
    await expect(client.set(KEY, 1, { ttlMs })).rejects.toMatchObject({ code: 'ERR_CACHE_LIFETIME' })
  await expect(client.set(KEY, undefined as unknown as CacheValue, A_MINUTE)).rejects.toMatchObject({
    name: 'ValueRefusedError',
    code: 'ERR_CACHE_VALUE',
    message: expect.stringContaining('undefined'),
  })
  node.get = () =>
    Promise.reject(Object.assign(new Error('Redis is away'), { name: 'Away', code: 'ERR_CACHE_UNAVAILABLE' }))
  await expect(client.get(KEY)).rejects.toMatchObject({
    name: 'Away',
    code: 'ERR_CACHE_UNAVAILABLE',
    message: 'Redis is away',
  })
  expect(node.stored.size).toBe(0)
})

test('a loader runs here, as often as the cache asks; its failure reaches the cache and the caller', async () => {
  let loads = 0
  expect(await client.getOrLoad(KEY, () => Promise.resolve({ load: ++loads }), A_MINUTE)).toEqual({ load: 2 })
  expect(await client.getOrLoad(KEY, () => Promise.resolve({ load: ++loads }), A_MINUTE)).toEqual({ load: 2 })
  const outage = Object.assign(new Error('outage'), { code: 'ERR_OUTAGE' })
  await expect(client.getOrLoad({ ...KEY, key: 'other' }, () => Promise.reject(outage), A_MINUTE)).rejects.toBe(outage)
  const unstorable = (): Promise<CacheValue> => Promise.resolve(undefined as unknown as CacheValue)
  await expect(client.getOrLoad({ ...KEY, key: 'other' }, unstorable, A_MINUTE)).rejects.toThrow(/undefined/)
  expect([...node.stored.keys()]).toEqual([JSON.stringify(KEY)])
})

test('whoever waits for the load of another is told its failure', async () => {
  const asked = Promise.withResolvers<void>()
  let shared: Promise<CacheValue> | undefined
  node.getOrLoad = (_key, load) => (shared ??= load())
  const outage = Promise.withResolvers<CacheValue>()
  const first = client.getOrLoad(KEY, () => (asked.resolve(), outage.promise), A_MINUTE)
  await asked.promise
  const second = client.getOrLoad(KEY, () => Promise.resolve('never'), A_MINUTE)
  outage.reject(Object.assign(new Error('outage'), { code: 'ERR_OUTAGE' }))
  await expect(first).rejects.toMatchObject({ message: 'outage', code: 'ERR_OUTAGE' })
  await expect(second).rejects.toMatchObject({ message: 'outage', code: 'ERR_OUTAGE' })
})

test('a commit runs here, between begin and end of the update', async () => {
  await client.set(KEY, 'old', A_MINUTE)
  const result = await client.update(KEY, () => Promise.resolve({ any: new Date(0), stored: node.stored.size }))
  expect(result).toEqual({ any: new Date(0), stored: 1 })
  expect(node.stored.size).toBe(0)
  await expect(client.update(KEY, () => Promise.reject(new RangeError('refused')))).rejects.toThrow(RangeError)
})

test('each call tells how long it was in the service, and can be given up', async () => {
  const times: (number | undefined)[] = []
  await client.get(KEY, { served: (ms) => times.push(ms) })
  expect(times).toEqual([expect.any(Number)])
  await expect(client.get(KEY, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/)
})

const headers = { authorization: `Bearer ${TOKEN}` }
const JSON_TYPE = 'application/json'

test.each([
  ['PUT', '/v1/entries?tenant=a&key=b&ttlMs=1', JSON_TYPE, 400, 'value', '{"a":'],
  ['PUT', '/v1/entries?tenant=a&key=b&ttlMs=1', JSON_TYPE, 400, 'value', ''],
  ['PUT', '/v1/entries?tenant=a&key=b&ttlMs=1', JSON_TYPE, 400, 'value', Buffer.of(0x22, 0xff, 0x22)],
  ['PUT', '/v1/entries?tenant=a&key=b&ttlMs=1', 'application/vnd.proving-ground.wrapped+json', 400, 'value', '{"x":1}'],
  ['PUT', '/v1/entries?tenant=a&key=b&ttlMs=1', 'application/vnd.proving-ground.wrapped+json', 400, 'value', '{"b":1}'],
  ['PUT', '/v1/entries?tenant=a&key=b&ttlMs=1', 'text/plain', 415, 'content-type', 'x'],
  ['PUT', '/v1/entries?tenant=a&key=b&ttlMs=1', JSON_TYPE, 400, 'value', `${'['.repeat(2_000)}${']'.repeat(2_000)}`],
  ['PUT', '/v1/entries?tenant=a&key=b&ttlMs=soon', JSON_TYPE, 400, 'ttlMs', '1'],
  ['PUT', '/v1/entries?tenant=a&key=b', JSON_TYPE, 400, 'ttlMs', '1'],
  ['PUT', '/v1/entries?tenant=a&key=b&ttlMs=1&keepTtl=true', JSON_TYPE, 400, 'keepTtl', '1'],
  ['PUT', '/v1/entries?tenant=a&tenant=b&key=b&ttlMs=1', JSON_TYPE, 400, 'tenant', '1'],
  ['PUT', '/v1/entries?tenant=a&key=%FF&ttlMs=1', JSON_TYPE, 400, 'key', '1'],
  ['PUT', '/v1/entries?tenant=a&ttlMs=1', JSON_TYPE, 400, 'key', '1'],
  ['PUT', '/v1/entries?tenant=a&key=b&ttlMs=1', JSON_TYPE, 413, undefined, `"${'x'.repeat(1024 * 1024)}"`],
  ['PUT', '/v1/loans/none', JSON_TYPE, 404, 'id', '1'],
  ['POST', '/v1/loans/none/failure', JSON_TYPE, 400, 'body', '{"name":1}'],
])('%s %s of %s is refused with %i for %s (%#)', async (method, path, type, wanted, field, body) => {
  const answer = await fetch(url + path, { method, headers: { ...headers, 'content-type': type }, body })
  const problem = (await answer.json()) as Record<string, unknown>
  expect([answer.status, answer.headers.get('content-type')]).toEqual([wanted, expect.stringContaining('problem+json')])
  expect([problem.status, problem.field]).toEqual([wanted, field])
  expect(node.stored.size).toBe(0)
})
