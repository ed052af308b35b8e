import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions, LockHandle } from '../src/contract.ts'
import { A_MINUTE, hostCluster, range } from './cluster-of-nodes.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const SHORT = { ttlMs: 150 }
const WAITING = { ...A_MINUTE, waitMs: 10_000 }

guarantee('cache.lock.owner-only', async (context) => {
  const locks = (await hostCluster(context, 3)).map((node) => node.service.locks)
  let refused = 0
  for (const round of range(3)) {
    const name = `nightly report ${round}`
    const [first, second, third] = range(3).map((index) => locks[(index + round) % 3]!)
    const expired = await first!.acquire(name, SHORT)
    const held = await second!.acquire(name, WAITING)
    expect(expired).toBeDefined()
    expect(held).toBeDefined()

    const guessed: LockHandle = { ...held!, secret: expired!.secret }
    // Also by the node of who holds it: handles are values, and no connection is the owner of a lock.
    for (const [node, handle] of [
      [first!, expired!],
      [second!, expired!],
      [third!, guessed],
    ] as const) {
      expect(await node.release(handle)).toBe(false)
      expect(await third!.acquire(name, A_MINUTE)).toBeUndefined()
      refused++
    }

    expect(await third!.release(held!)).toBe(true)
    const next = await first!.acquire(name, A_MINUTE)
    expect(next).toBeDefined()
    expect(await second!.release(held!)).toBe(false)
    expect(await third!.acquire(name, A_MINUTE)).toBeUndefined()
  }
  context.evidence({ rounds: 3, refused })
})
