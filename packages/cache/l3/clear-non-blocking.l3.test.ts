import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { hostNodes, optionsFor, range } from './cluster-of-nodes.ts'
import { RedisAccount } from './redis-account.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const KEYS = 100_000
const OTHERS = 500
/** A single command may take so much of the time that the whole clear takes. */
const LONGEST_SHARE = 0.2
const BLOCKING = ['keys', 'flushall', 'flushdb', 'debug', 'swapdb']

/** Sets keys `0` to `count - 1`, so many at a time. */
async function fill(node: CacheNode, tenant: string, count: number, atATime = 1_000): Promise<void> {
  for (let from = 0; from < count; from += atATime)
    await Promise.all(
      range(Math.min(atATime, count - from)).map((offset) =>
        node.set({ tenant, key: `report:${from + offset}` }, 'value', { ttlMs: 600_000 }),
      ),
    )
}

guarantee(
  'cache.clear.non-blocking',
  async (context) => {
    const redis = await context.lease('redis', { dedicated: true })
    // A node in this process spares 100,000 calls the way to another.
    const here = await context.openHere(optionsFor(redis))
    await fill(here, 'other', OTHERS)
    expect(await here.get({ tenant: 'other', key: 'report:0' })).toBe('value')
    await fill(here, 'acme', KEYS)
    const nodes = await hostNodes(context, 2, optionsFor(redis))
    const account = new RedisAccount(context, redis.url)
    await account.open()

    const beganMs = performance.now()
    const removed = await nodes[0]!.service.clear('acme', 'report:*')
    const tookMs = performance.now() - beganMs

    const [calls, longestCommandMs] = [await account.calls(), await account.longestCommandMs()]
    expect(removed).toBe(KEYS)
    expect(BLOCKING.filter((command) => calls[command] !== undefined)).toEqual([])
    expect(longestCommandMs / tookMs).toBeLessThanOrEqual(LONGEST_SHARE)
    const others = await Promise.all(
      range(OTHERS).map((index) => nodes[1]!.service.get({ tenant: 'other', key: `report:${index}` })),
    )
    expect(others.filter((value) => value !== 'value')).toEqual([])
    context.evidence({ removed, tookMs, longestCommandMs, calls })
  },
  // Against a hang only: where Redis gets a tenth of a core, to fill it takes a minute.
  { timeoutMs: 180_000 },
)
