import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { setTimeout as delay } from 'node:timers/promises'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostCluster, range } from './cluster-of-nodes.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

/** Far more than 240 operations take, on any machine: only what waits for the slow load is later. */
const DEADLINE_MS = 3_000

guarantee('cache.load.slow-isolated', async (context) => {
  const nodes = await hostCluster(context, 3)
  const slowKey = { tenant: 'acme', key: 'slow' }
  const started = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<string>()
  const loadSlowly = (): Promise<string> => {
    started.resolve()
    return gate.promise
  }
  const slowCalls = Promise.all(nodes.map((node) => node.service.getOrLoad(slowKey, loadSlowly, A_MINUTE)))
  slowCalls.catch(() => undefined) // Judged below; a failure before that must not count as unhandled.
  await Promise.race([started.promise, slowCalls])

  const beganMs = performance.now()
  const others = Promise.all(
    nodes.flatMap(({ service }, node) =>
      range(20).map(async (index) => {
        const key = { tenant: 'acme', key: `fast ${node}/${index}` }
        const loaded = await service.getOrLoad(key, () => Promise.resolve('loaded'), A_MINUTE)
        await service.set(key, 'set', A_MINUTE)
        const read = await service.get(key)
        await service.delete(key)
        return [loaded, read]
      }),
    ),
  )
  const outcome = await Promise.race([others, delay(DEADLINE_MS, 'waited', { ref: false })])
  const tookMs = performance.now() - beganMs
  gate.resolve('slow')

  expect(outcome).toEqual(range(60).map(() => ['loaded', 'set']))
  expect(await slowCalls).toEqual(['slow', 'slow', 'slow'])
  context.evidence({ operationsDuringSlowLoad: 240, tookMs })
})
