import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostCluster, range } from './cluster-of-nodes.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

guarantee('cache.load.failure-not-cached', async (context) => {
  const nodes = await hostCluster(context, 3)
  let failedLoads = 0
  for (const round of range(5)) {
    const key = { tenant: 'acme', key: `report ${round}` }
    const fail = (): Promise<never> => {
      failedLoads++
      return Promise.reject(Object.assign(new Error(`outage ${round}`), { code: 'ERR_OUTAGE' }))
    }
    let loads = 0
    const succeed = (): Promise<string> => Promise.resolve(`result ${++loads}`)

    const calls = await Promise.allSettled(
      range(30).map((call) => nodes[call % 3]!.service.getOrLoad(key, fail, A_MINUTE)),
    )
    const read = await nodes[round % 3]!.service.get(key)
    const next = await nodes[round % 3]!.service.getOrLoad(key, succeed, A_MINUTE)

    const reasons = calls.map((call) => (call.status === 'rejected' ? (call.reason as Error) : call))
    for (const reason of reasons)
      expect(reason).toMatchObject({ message: expect.stringContaining(`outage ${round}`), code: 'ERR_OUTAGE' })
    expect(read).toBeUndefined()
    expect([next, loads]).toEqual(['result 1', 1])
  }
  context.evidence({ outages: 5, callsOfEach: 30, failedLoads })
})
