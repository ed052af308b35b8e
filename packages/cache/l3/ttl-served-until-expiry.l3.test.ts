import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { hostCluster } from './cluster-of-nodes.ts'
import { mustServe, readPastExpiry, timed, untilDecided } from './expiry.ts'
import { isNot, wrongIn } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

/** Not whole seconds, so that an expiry in seconds shows. */
const LIFETIMES_MS = [650, 1_300, 1_600]
/** A read that must be served, and began within so much of the last moment at which it must be. */
const CLOSE_MS = 400

guarantee('cache.ttl.served-until-expiry', async (context) => {
  const nodes = await hostCluster(context, 3)
  const live = async (ttlMs: number, index: number, round: number) => {
    const key = { tenant: 'acme', key: `lives ${ttlMs} ms, round ${round}` }
    const writer = nodes[index]!.service
    const began = await timed(() =>
      index === 1
        ? writer.getOrLoad(key, () => Promise.resolve('value'), { ttlMs })
        : writer.set(key, 'value', { ttlMs }),
    )
    const reads = await readPastExpiry(nodes, key, began, ttlMs, 1)
    const decisive = reads.filter((read) => mustServe(read, began, ttlMs))
    const isClose = (read: (typeof decisive)[number]): boolean => read.beganMs > began.sentMs + ttlMs - CLOSE_MS
    return { decisive, closeReaders: new Set(decisive.filter(isClose).map(({ reader }) => reader)) }
  }
  const rounds = await Promise.all(
    LIFETIMES_MS.map((ttlMs, index) =>
      untilDecided(
        (round) => live(ttlMs, index, round),
        ({ closeReaders }) => closeReaders.size === nodes.length,
      ),
    ),
  )

  const decisive = rounds.flat().map((seen) => seen.decisive)
  for (const reads of decisive) expect(wrongIn(reads, isNot<unknown>('value'))).toBeUndefined()
  context.evidence({ lifetimesMs: LIFETIMES_MS, decisiveReads: decisive.map((reads) => reads.length) })
})
