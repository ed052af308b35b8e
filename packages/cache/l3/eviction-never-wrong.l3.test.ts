import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { createHash } from 'node:crypto'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { hostNodes, optionsFor, range } from './cluster-of-nodes.ts'
import { RedisAccount } from './redis-account.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const MAXMEMORY_BYTES = 8 * 1024 * 1024
const KEYS = 600

/** Each key has one right value, that can be told from every other: 1 kB, 40 kB, and every tenth 200 kB. */
function valueOf(index: number): string {
  const size = index % 10 === 0 ? 200_000 : index % 2 === 0 ? 40_000 : 1_000
  const line = `${createHash('sha256').update(`value ${index}`).digest('hex')}\n`
  return line.repeat(Math.ceil(size / line.length)) + index
}

guarantee('cache.eviction.never-wrong', async (context) => {
  const redis = await context.lease('redis', { maxmemoryBytes: MAXMEMORY_BYTES, maxmemoryPolicy: 'allkeys-lru' })
  // Few local entries, so that reads come from Redis.
  const nodes = await hostNodes(context, 2, { ...optionsFor(redis), localEntries: 10 })
  const values = range(KEYS).map(valueOf)
  const [hits, misses, wrong] = [[] as number[], [] as number[], [] as unknown[]]
  const read = async (index: number): Promise<void> => {
    const value = await nodes[index % 2]!.service.get({ tenant: 'acme', key: `report ${index}` })
    if (value === values[index]) hits.push(index)
    else if (value === undefined) misses.push(index)
    else wrong.push({ index, wanted: values[index]!.length, found: typeof value === 'string' ? value.length : value })
  }
  for (let from = 0; from < KEYS; from += 50) {
    const batch = range(50).map((offset) => from + offset)
    await Promise.all(
      batch.map((index) =>
        nodes[(index + 1) % 2]!.service.set({ tenant: 'acme', key: `report ${index}` }, values[index]!, {
          ttlMs: 600_000,
        }),
      ),
    )
    await Promise.all(batch.flatMap((index) => [read(index), read(Math.floor(index / 2))]))
  }
  await Promise.all(range(KEYS).map(read))

  const evictedKeys = await new RedisAccount(context, redis.url).evictedKeys()
  expect(wrong.slice(0, 5)).toEqual([])
  expect(evictedKeys).toBeGreaterThan(0)
  expect(misses.length).toBeGreaterThan(0)
  expect(hits.length).toBeGreaterThan(0)
  context.evidence({
    reads: hits.length + misses.length,
    hitRate: hits.length / (hits.length + misses.length),
    evictedKeys,
  })
})
