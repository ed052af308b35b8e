import { every, pause } from '@proving-ground/core-harness/fault'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { hostCluster } from './cluster-of-nodes.ts'
import { proveUnderFaults } from './under-faults.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

guarantee('cache.faults.node-pause', async (context) => {
  const [paused, ...unharmed] = await hostCluster(context, 3)
  await proveUnderFaults(context, {
    nodes: [paused!, ...unharmed],
    unharmed,
    faults: [every(800, pause('node', paused!), { forMs: 450, fromMs: 200 })],
    lengthMs: 2_600,
    timeoutMs: 200,
  })
})
