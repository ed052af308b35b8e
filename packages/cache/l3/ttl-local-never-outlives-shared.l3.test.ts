import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { hostCluster, range } from './cluster-of-nodes.ts'
import { mustBeEmpty, readPastExpiry, timed, until, untilDecided } from './expiry.ts'
import { isNot, wrongIn } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const TTL_MS = 900
/** How long after the write another node reads the value for the first time, and makes its copy. */
const COPIED_AFTER_MS = range(9).map((step) => step * 100)

guarantee('cache.ttl.local-never-outlives-shared', async (context) => {
  const [writer, ...readers] = await hostCluster(context, 3)
  const copyAfter = async (copiedAfterMs: number, round: number) => {
    const key = { tenant: 'acme', key: `copied after ${copiedAfterMs} ms, round ${round}` }
    const began = await timed(() => writer!.service.set(key, 'value', { ttlMs: TTL_MS }))
    await until(began.acknowledgedMs + copiedAfterMs)
    const reads = await readPastExpiry(readers, key, began, TTL_MS)
    return {
      isLateCopy: copiedAfterMs >= TTL_MS / 2 && reads.some((read) => read.answer === 'value'),
      decisive: reads.filter((read) => mustBeEmpty(read, began, TTL_MS)),
    }
  }
  const rounds = await untilDecided(
    (round) => Promise.all(COPIED_AFTER_MS.map((copiedAfterMs) => copyAfter(copiedAfterMs, round))),
    (entries) => entries.some(({ isLateCopy }) => isLateCopy),
  )

  for (const { decisive } of rounds.flat()) expect(wrongIn(decisive, isNot<unknown>(undefined))).toBeUndefined()
  const lateCopies = rounds.flat().filter(({ isLateCopy }) => isLateCopy).length
  context.evidence({ ttlMs: TTL_MS, copiedAfterMs: COPIED_AFTER_MS, lateCopies })
})
