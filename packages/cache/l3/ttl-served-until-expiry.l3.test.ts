import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { hostCluster, range } from './cluster-of-nodes.ts'
import { mustServe, readPastExpiry, timed } from './expiry.ts'
import { isNot, wrongIn } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

/** Not whole seconds, so that an expiry in seconds shows. */
const LIFETIMES_MS = [650, 1_300, 1_600]
/** A read that must be served, and began within so much of the last moment at which it must be. */
const CLOSE_MS = 400

guarantee('cache.ttl.served-until-expiry', async (context) => {
  const nodes = await hostCluster(context, 3)
  const entries = await Promise.all(
    LIFETIMES_MS.map(async (ttlMs, index) => {
      const key = { tenant: 'acme', key: `lives ${ttlMs} ms` }
      const writer = nodes[index]!.service
      const began = await timed(() =>
        index === 1
          ? writer.getOrLoad(key, () => Promise.resolve('value'), { ttlMs })
          : writer.set(key, 'value', { ttlMs }),
      )
      const reads = await readPastExpiry(nodes, key, began, ttlMs, 1)
      const decisive = reads.filter((read) => mustServe(read, began, ttlMs))
      return { decisive, close: decisive.filter((read) => read.beganMs > began.sentMs + ttlMs - CLOSE_MS) }
    }),
  )

  for (const { decisive, close } of entries) {
    expect(wrongIn(decisive, isNot<unknown>('value'))).toBeUndefined()
    for (const node of range(3)) expect(close.filter((read) => read.reader === node).length).toBeGreaterThan(0)
  }
  context.evidence({ lifetimesMs: LIFETIMES_MS, decisiveReads: entries.map(({ decisive }) => decisive.length) })
})
