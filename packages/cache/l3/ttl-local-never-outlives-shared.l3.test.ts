import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { hostCluster, range } from './cluster-of-nodes.ts'
import { mustBeEmpty, readPastExpiry, timed, until } from './expiry.ts'
import { isNot, wrongIn } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const TTL_MS = 900
/** How long after the write another node reads the value for the first time, and makes its copy. */
const COPIED_AFTER_MS = range(9).map((step) => step * 100)

guarantee('cache.ttl.local-never-outlives-shared', async (context) => {
  const [writer, ...readers] = await hostCluster(context, 3)
  const entries = await Promise.all(
    COPIED_AFTER_MS.map(async (copiedAfterMs) => {
      const key = { tenant: 'acme', key: `copied after ${copiedAfterMs} ms` }
      const began = await timed(() => writer!.service.set(key, 'value', { ttlMs: TTL_MS }))
      await until(began.acknowledgedMs + copiedAfterMs)
      const reads = await readPastExpiry(readers, key, began, TTL_MS)
      return {
        copies: reads.filter((read) => read.answer === 'value').length,
        decisive: reads.filter((read) => mustBeEmpty(read, began, TTL_MS)),
      }
    }),
  )

  const lateCopies = entries.filter(({ copies }, index) => COPIED_AFTER_MS[index]! >= TTL_MS / 2 && copies > 0)
  expect(lateCopies.length).toBeGreaterThan(0)
  for (const { decisive } of entries) expect(wrongIn(decisive, isNot<unknown>(undefined))).toBeUndefined()
  context.evidence({ ttlMs: TTL_MS, copiedAfterMs: COPIED_AFTER_MS, lateCopies: lateCopies.length })
})
