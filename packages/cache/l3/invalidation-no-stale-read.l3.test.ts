import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostCluster, range } from './cluster-of-nodes.ts'
import { isNot, observeChange, wrongIn } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

guarantee('cache.invalidation.no-stale-read', async (context) => {
  const nodes = await hostCluster(context, 4)
  let lateReads = 0
  let longestStaleMs = 0
  for (const round of range(8)) {
    const key = { tenant: 'acme', key: `price/${round}` }
    const [writer, deleter] = [nodes[round % 4]!.service, nodes[(round + 1) % 4]!.service]
    if (round % 2 === 0) await writer.set(key, 'old', A_MINUTE)
    else await writer.getOrLoad(key, () => Promise.resolve('old'), A_MINUTE)

    const observed = await observeChange(
      nodes.map((node) => () => node.service.get(key)),
      'old',
      () => deleter.delete(key),
    )

    expect(wrongIn(observed.late, isNot<unknown>(undefined))).toBeUndefined()
    lateReads += observed.late.length
    longestStaleMs = Math.max(longestStaleMs, observed.longestStaleMs)
  }
  context.evidence({ deletes: 8, nodes: 4, lateReads, longestStaleMs })
})
