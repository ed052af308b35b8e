import { pause } from '@proving-ground/core-harness/fault'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { hostNodes, optionsFor } from './cluster-of-nodes.ts'
import { FAULTS_TIMEOUT_MS, proveUnderFaults } from './under-faults.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

guarantee(
  'cache.faults.redis-pause',
  async (context) => {
    const redis = await context.lease('redis', { dedicated: true })
    const server = await context.server(redis)
    await proveUnderFaults(context, {
      nodes: await hostNodes(context, 3, optionsFor(redis)),
      fault: pause('redis', server),
      times: 1,
      forMs: 2_000,
      // What is begun when this is over ends when Redis goes on; what was begun before takes effect then too, unheard of.
      timeoutMs: 1_500,
    })
  },
  { timeoutMs: FAULTS_TIMEOUT_MS },
)
