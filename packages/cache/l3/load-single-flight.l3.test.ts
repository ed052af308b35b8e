import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { setTimeout as delay } from 'node:timers/promises'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostCluster, range } from './cluster-of-nodes.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

/** What the slow source of a cold key takes. */
const SOURCE_TAKES_MS = 150

guarantee('cache.load.single-flight', async (context) => {
  const nodes = await hostCluster(context, 3)
  const loadsOfRounds: number[] = []
  for (const round of range(4)) {
    const key = { tenant: 'acme', key: `report ${round}` }
    let loads = 0
    const load = async (): Promise<string> => {
      const result = `result ${++loads}`
      await delay(SOURCE_TAKES_MS)
      return result
    }

    const results = await Promise.all(range(100).map((call) => nodes[call % 3]!.service.getOrLoad(key, load, A_MINUTE)))

    expect(new Set(results)).toEqual(new Set(['result 1']))
    loadsOfRounds.push(loads)
  }
  expect(loadsOfRounds).toEqual([1, 1, 1, 1])
  context.evidence({ callsOfRounds: 100, loadsOfRounds })
})
