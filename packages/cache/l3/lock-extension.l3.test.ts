import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache, TTL_TOLERANCE_MS } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostCluster, range } from './cluster-of-nodes.ts'
import { until } from './expiry.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

/** Long enough that a busy machine extends in time. */
const FIRST_TTL_MS = 2_000
const SHORT = { ttlMs: 100 }
const WAITING = { ...A_MINUTE, waitMs: 10_000 }

guarantee('cache.lock.extension', async (context) => {
  const locks = (await hostCluster(context, 2)).map((node) => node.service.locks)
  const prove = async (round: number): Promise<void> => {
    const [holder, other] = [locks[round % 2]!, locks[(round + 1) % 2]!]

    const old = await holder.acquire(`import ${round}`, { ttlMs: FIRST_TTL_MS })
    const firstEndsMs = performance.now() + FIRST_TTL_MS
    const extended = await holder.extend(old!, A_MINUTE)
    expect(extended).toMatchObject({ name: old!.name, token: old!.token })
    expect(extended!.expiresInMs).toBeGreaterThan(FIRST_TTL_MS)
    expect(await holder.extend(old!, A_MINUTE)).toBeUndefined()
    expect(await holder.release(old!)).toBe(false)
    await until(firstEndsMs + TTL_TOLERANCE_MS)
    expect(await other.acquire(old!.name, A_MINUTE)).toBeUndefined()
    expect(await other.release(extended!)).toBe(true)

    // Over, whether another has it by now or not.
    const expired = await holder.acquire(`export ${round}`, SHORT)
    await until(performance.now() + SHORT.ttlMs + TTL_TOLERANCE_MS)
    expect(await holder.extend(expired!, A_MINUTE)).toBeUndefined()
    const overtaken = await holder.acquire(expired!.name, SHORT)
    const held = await other.acquire(expired!.name, WAITING)
    expect(held).toBeDefined()
    expect(await holder.extend(overtaken!, A_MINUTE)).toBeUndefined()
    expect(await other.release(held!)).toBe(true)
  }
  await Promise.all(range(2).map(prove))
  context.evidence({ rounds: 2 })
})
