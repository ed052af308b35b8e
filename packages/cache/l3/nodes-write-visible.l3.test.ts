import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostCluster, range } from './cluster-of-nodes.ts'
import { isNot, observeChange, wrongIn } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

guarantee('cache.nodes.write-visible', async (context) => {
  const nodes = await hostCluster(context, 4)
  const key = { tenant: 'acme', key: 'plan' }
  let longestStaleMs = 0
  let lateReads = 0
  await nodes[0]!.service.set(key, 'plan 0', A_MINUTE)
  for (const round of range(8)) {
    const [oldValue, newValue] = [`plan ${round}`, `plan ${round + 1}`]
    const writer = nodes[round % 4]!

    const observed = await observeChange(
      nodes.filter((node) => node !== writer).map((node) => () => node.service.get(key)),
      oldValue,
      () => writer.service.set(key, newValue, round % 3 === 2 ? { keepTtl: true } : A_MINUTE),
    )

    expect(wrongIn(observed.late, isNot<unknown>(newValue))).toBeUndefined()
    expect(await writer.service.get(key)).toBe(newValue)
    lateReads += observed.late.length
    longestStaleMs = Math.max(longestStaleMs, observed.longestStaleMs)
  }
  context.evidence({ writes: 8, readingNodes: 3, lateReads, longestStaleMs })
})
