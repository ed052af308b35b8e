import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { hostNodes, optionsFor } from './cluster-of-nodes.ts'
import { FAULTS_TIMEOUT_MS, proveUnderFaults } from './under-faults.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

guarantee(
  'cache.faults.connection-cut',
  async (context) => {
    const redis = await context.lease('redis')
    const proxy = await context.proxy(redis.url)
    const [unharmed, [cutOff]] = await Promise.all([
      hostNodes(context, 2, optionsFor(redis)),
      hostNodes(context, 1, { ...optionsFor(redis), redisUrls: [proxy.url] }),
    ])
    await proveUnderFaults(context, {
      nodes: [cutOff!, ...unharmed],
      unharmed,
      fault: proxy.fault('redis of a node', { kind: 'cut' }),
      times: 3,
      forMs: 400,
      timeoutMs: 150,
    })
  },
  { timeoutMs: FAULTS_TIMEOUT_MS },
)
