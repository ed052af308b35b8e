import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { hostCluster } from './cluster-of-nodes.ts'
import { mustBeEmpty, readPastExpiry, timed, untilDecided } from './expiry.ts'
import { isNot, wrongIn } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const LIFETIMES_MS = [120, 450, 850]

guarantee('cache.ttl.never-after-expiry', async (context) => {
  const nodes = await hostCluster(context, 3)
  const live = async (ttlMs: number, way: 'set' | 'getOrLoad', writer: CacheNode, round: number) => {
    const key = { tenant: 'acme', key: `lives ${ttlMs} ms, by ${way}, round ${round}` }
    const began = await timed(() =>
      way === 'set'
        ? writer.set(key, 'value', { ttlMs })
        : writer.getOrLoad(key, () => Promise.resolve('value'), { ttlMs }),
    )
    const reads = await readPastExpiry(nodes, key, began, ttlMs)
    return {
      served: reads.filter((read) => read.answer === 'value').length,
      decisive: reads.filter((read) => mustBeEmpty(read, began, ttlMs)),
    }
  }
  const rounds = await Promise.all(
    LIFETIMES_MS.flatMap((ttlMs) =>
      (['set', 'getOrLoad'] as const).map((way, index) =>
        untilDecided(
          (round) => live(ttlMs, way, nodes[index]!.service, round),
          ({ served }) => served > 0,
        ),
      ),
    ),
  )

  const decisive = rounds.flat().map((seen) => seen.decisive)
  for (const reads of decisive) expect(wrongIn(reads, isNot<unknown>(undefined))).toBeUndefined()
  context.evidence({ lifetimesMs: LIFETIMES_MS, decisiveReads: decisive.map((reads) => reads.length) })
})
