import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache, INVALIDATION_BOUND_MS } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostCluster, range } from './cluster-of-nodes.ts'
import { until } from './expiry.ts'
import { observe } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const READS = 20

guarantee('cache.invalidation.survives-pause', async (context) => {
  const [awake, paused] = await hostCluster(context, 2)
  let lateReads = 0
  for (const round of range(6)) {
    const key = { tenant: 'acme', key: `limit/${round}` }
    const afterwards = round % 2 === 0 ? undefined : 'new'
    await awake!.service.set(key, 'old', A_MINUTE)
    await observe([() => paused!.service.get(key)], (observation) => observation.untilHot('old'))

    await paused!.pause()
    // The first thing that waits for the paused node is a request of a client, so that it gets to its requests before
    // it gets to what Redis has to tell. This one began before the change, and may see either value.
    const early = paused!.service.get(key)
    if (afterwards === undefined) await awake!.service.delete(key)
    else await awake!.service.set(key, afterwards, A_MINUTE)
    await until(performance.now() + INVALIDATION_BOUND_MS)
    const waiting = range(READS).map(() => paused!.service.get(key))
    await paused!.resume()
    const answers = await Promise.all([...waiting, ...range(READS).map(() => paused!.service.get(key))])

    expect(answers.filter((answer) => answer !== afterwards)).toEqual([])
    expect(['old', afterwards]).toContain(await early)
    lateReads += answers.length
  }
  context.evidence({ pauses: 6, lateReads })
})
