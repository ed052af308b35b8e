import { pause } from '@proving-ground/core-harness/fault'
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
    fault: pause('node', paused!),
    times: 3,
    forMs: 400,
    timeoutMs: 150,
  })
})
