import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache, INVALIDATION_BOUND_MS } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostNodes, range } from './cluster-of-nodes.ts'
import { until } from './expiry.ts'
import { RedisAccount } from './redis-account.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const GONE = range(300).map((index) => ({ tenant: 'acme', key: `report:${index}` }))
const STAYING = [
  ...range(60).map((index) => ({ tenant: 'acme', key: `reports:${index}` })),
  ...range(60).map((index) => ({ tenant: 'acme2', key: `report:${index}` })),
  { tenant: 'acme', key: '{report:1}' },
]

guarantee('cache.clear.cluster', async (context) => {
  const cluster = await context.lease('redis-cluster')
  const options = { redisUrls: cluster.urls, mode: 'cluster', keyPrefix: cluster.keyPrefix! } as const
  const nodes = await hostNodes(context, 3, options)
  const everyKey = [...GONE, ...STAYING]
  await Promise.all(everyKey.map((key, index) => nodes[index % 3]!.service.set(key, 'value', A_MINUTE)))
  await until(performance.now() + INVALIDATION_BOUND_MS)
  const readAll = (some: typeof nodes, keys: typeof everyKey): Promise<unknown[]> =>
    Promise.all(some.flatMap((node) => keys.map((key) => node.service.get(key))))
  expect(new Set(await readAll(nodes, everyKey))).toEqual(new Set(['value'])) // Every node has its copies now.
  const accounts = cluster.urls.map((url) => new RedisAccount(context, url))
  const keysOfMasters = await Promise.all(accounts.map((account) => account.countKeys(options.keyPrefix)))
  expect(Math.min(...keysOfMasters)).toBeGreaterThan(0)

  const removed = await nodes[0]!.service.clear('acme', 'report:*')
  await until(performance.now() + INVALIDATION_BOUND_MS)

  const [fresh] = await hostNodes(context, 1, options)
  expect(removed).toBe(GONE.length)
  expect(new Set(await readAll([...nodes, fresh!], GONE))).toEqual(new Set([undefined]))
  expect(new Set(await readAll([...nodes, fresh!], STAYING))).toEqual(new Set(['value']))
  context.evidence({ masters: cluster.urls.length, keysOfMasters, removed })
})
