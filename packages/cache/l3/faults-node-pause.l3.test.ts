import { pause, type Pausable } from '@proving-ground/core-harness/fault'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { hostCluster, type Node } from './cluster-of-nodes.ts'
import { FAULTS_TIMEOUT_MS, proveUnderFaults } from './under-faults.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

guarantee(
  'cache.faults.node-pause',
  async (context) => {
    const [paused, ...unharmed] = await hostCluster(context, 3)
    await proveUnderFaults(context, {
      nodes: [paused!, ...unharmed],
      unharmed,
      fault: pause('node', asked(paused!)),
      times: 7,
      forMs: 300,
      timeoutMs: 120,
    })
  },
  { timeoutMs: FAULTS_TIMEOUT_MS },
)

/** What waits first for a node that is stopped is a request, so that it gets to its requests before it gets to what Redis has to tell. */
function asked(node: Node): Pausable {
  return {
    async pause() {
      const paused = node.pause()
      node.service.get({ tenant: 'acme', key: 'anything' }).catch(() => undefined) // It is there to wait.
      await paused
    },
    resume: () => node.resume(),
  }
}
