import { kill } from '@proving-ground/core-harness/fault'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { hostNodes, optionsFor } from './cluster-of-nodes.ts'
import { FAULTS_TIMEOUT_MS, proveUnderFaults } from './under-faults.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

guarantee(
  'cache.faults.redis-restart',
  async (context) => {
    const redis = await context.lease('redis', { dedicated: true })
    const server = await context.server(redis)
    await proveUnderFaults(context, {
      nodes: await hostNodes(context, 3, optionsFor(redis)),
      fault: kill('redis', server),
      times: 3,
      forMs: 400,
      timeoutMs: 150,
      losesData: true,
    })
  },
  { timeoutMs: FAULTS_TIMEOUT_MS },
)
