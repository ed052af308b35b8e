import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions, Lifetime } from '../src/contract.ts'
import { hostCluster, type Node } from './cluster-of-nodes.ts'
import { mustBeEmpty, mustServe, readPastExpiry, timed, until, untilDecided, type Began } from './expiry.ts'
import { isNot, wrongIn } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const SHORT_MS = 500
const LONG_MS = 1_000
const REWRITTEN_AFTER_MS = 300

/** Writes, rewrites on another node after a while, and reads until `endOf` says that the entry must be over. */
async function rewrite(
  [first, second, ...rest]: readonly Node[],
  firstTtlMs: number,
  lifetime: Lifetime,
  endOf: (written: Began, rewritten: Began) => { readonly began: Began; readonly ttlMs: number },
  round: number,
) {
  const key = { tenant: 'acme', key: `${firstTtlMs} then ${JSON.stringify(lifetime)}, round ${round}` }
  const written = await timed(() => first!.service.set(key, 'old', { ttlMs: firstTtlMs }))
  await until(written.acknowledgedMs + REWRITTEN_AFTER_MS)
  const rewritten = await timed(() => second!.service.set(key, 'new', lifetime))
  const { began, ttlMs } = endOf(written, rewritten)
  const reads = await readPastExpiry([first!, second!, ...rest], key, began, ttlMs)
  return {
    mustBeNew: reads.filter((read) => mustServe(read, rewritten, Infinity) && mustServe(read, began, ttlMs)),
    mustBeEmpty: reads.filter((read) => mustBeEmpty(read, began, ttlMs)),
  }
}

guarantee('cache.ttl.rewrite-rules', async (context) => {
  const nodes = await hostCluster(context, 3)
  const cases = [
    [SHORT_MS, { ttlMs: LONG_MS }, (_: Began, rewritten: Began) => ({ began: rewritten, ttlMs: LONG_MS })],
    [LONG_MS, { ttlMs: SHORT_MS }, (_: Began, rewritten: Began) => ({ began: rewritten, ttlMs: SHORT_MS })],
    [LONG_MS, { keepTtl: true }, (written: Began) => ({ began: written, ttlMs: LONG_MS })],
  ] as const
  const rounds = await Promise.all(
    cases.map(([firstTtlMs, lifetime, endOf]) =>
      untilDecided(
        (round) => rewrite(nodes, firstTtlMs, lifetime, endOf, round),
        ({ mustBeNew }) => mustBeNew.length > 0,
      ),
    ),
  )

  const rewrites = rounds.flat()
  for (const { mustBeNew, mustBeEmpty } of rewrites) {
    expect(wrongIn(mustBeNew, isNot<unknown>('new'))).toBeUndefined()
    expect(wrongIn(mustBeEmpty, isNot<unknown>(undefined))).toBeUndefined()
  }
  context.evidence({
    servedReads: rewrites.map(({ mustBeNew }) => mustBeNew.length),
    emptyReads: rewrites.map(({ mustBeEmpty }) => mustBeEmpty.length),
  })
})
