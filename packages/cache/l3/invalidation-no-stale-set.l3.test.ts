import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache, INVALIDATION_BOUND_MS } from '../src/contract.ts'
import type { CacheKey, CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostCluster, range, type Node } from './cluster-of-nodes.ts'
import { until } from './expiry.ts'
import { isNot, observe, wrongIn } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

type Change = (node: CacheNode, key: CacheKey) => Promise<unknown>
const CHANGES: Readonly<Record<string, Change>> = {
  delete: (node, key) => node.delete(key),
  set: (node, key) => node.set(key, 'new', A_MINUTE),
  clear: (node, key) => node.clear(key.tenant, '*'),
}

/** One node reads the old source and is slow to finish; another changes the source and the cache meanwhile. */
async function raceLoadAgainst(change: Change, key: CacheKey, [loading, changing, ...rest]: readonly Node[]) {
  const source = { value: 'old' }
  const hasRead = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const slowLoad = loading!.service.getOrLoad(
    key,
    async () => {
      const { value } = source
      hasRead.resolve()
      await gate.promise
      return value
    },
    A_MINUTE,
  )
  await Promise.race([hasRead.promise, slowLoad])
  source.value = 'new'
  await change(changing!.service, key)
  await until(performance.now() + INVALIDATION_BOUND_MS)
  const load = (): Promise<string> => Promise.resolve(source.value)
  // These began after the bound: they may neither be given what the slow load read, nor have it stored over theirs.
  const calls = [loading!, changing!, ...rest].map((node) => node.service.getOrLoad(key, load, A_MINUTE))
  gate.resolve()
  await slowLoad

  const called = await Promise.all(calls)
  const readers = [loading!, changing!, ...rest].map((node) => () => node.service.get(key))
  return await observe(readers, async (observation) => {
    await observation.untilEach('after the slow load', 10, () => true)
    return { called, reads: observation.reads }
  })
}

guarantee('cache.invalidation.no-stale-set', async (context) => {
  const nodes = await hostCluster(context, 3)
  let readsAfterwards = 0
  for (const [name, change] of Object.entries(CHANGES))
    for (const round of range(3)) {
      const rotated = range(3).map((index) => nodes[(index + round) % 3]!)
      const { called, reads } = await raceLoadAgainst(change, { tenant: name, key: `price/${round}` }, rotated)

      expect(called).toEqual(['new', 'new', 'new'])
      expect(wrongIn(reads, isNot<unknown>('new'))).toBeUndefined()
      readsAfterwards += reads.length
    }
  context.evidence({ races: 3 * Object.keys(CHANGES).length, readsAfterwards })
})
