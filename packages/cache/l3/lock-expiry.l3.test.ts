import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache, TTL_TOLERANCE_MS } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostNodes, optionsFor, range } from './cluster-of-nodes.ts'
import { until } from './expiry.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const TTL_MS = 600
/** Longer than the TTL, so that a time that was counted from the first attempt would be over already. */
const WAITED_MS = 800
/** What the answers of Redis take longer: time that Redis counts and the caller has not got. */
const LATENCY_MS = 150
const WAITING = { ttlMs: TTL_MS, waitMs: 20_000 }

guarantee('cache.lock.expiry', async (context) => {
  const redis = await context.lease('redis')
  const proxy = await context.proxy(redis.url)
  const [holder, next] = (await hostNodes(context, 2, optionsFor(redis))).map((node) => node.service.locks)
  // In this process, so that no way from a node to here comes on top of the time that it claims.
  const { locks } = await context.openHere({ ...optionsFor(redis), redisUrls: [proxy.url] })
  const slow = proxy.fault('redis', { kind: 'latency', latencyMs: LATENCY_MS, direction: 'down' })
  await slow.begin()

  const prove = async (round: number): Promise<number> => {
    const name = `invoice run ${round}`
    const first = await holder!.acquire(name, A_MINUTE)
    const waiting = locks.acquire(name, WAITING).then((handle) => ({ handle, acquiredMs: performance.now() }))
    await until(performance.now() + WAITED_MS)
    const releasedMs = performance.now()
    expect(await holder!.release(first!)).toBe(true)
    const { handle: claimed, acquiredMs } = await waiting
    const later = await next!.acquire(name, WAITING)
    const othersMs = performance.now()

    // All of the TTL but what has passed since it could be acquired.
    expect(claimed?.expiresInMs).toBeGreaterThanOrEqual(TTL_MS - (acquiredMs - releasedMs) - TTL_TOLERANCE_MS)
    expect(othersMs).toBeGreaterThanOrEqual(acquiredMs + claimed!.expiresInMs)
    expect(later).toBeDefined()
    return othersMs - acquiredMs - claimed!.expiresInMs
  }
  const sparedMs = await Promise.all(range(3).map(prove))
  await slow.heal()
  expect(slow.touched()).toBeGreaterThan(0)
  context.evidence({ ttlMs: TTL_MS, waitedMs: WAITED_MS, latencyMs: LATENCY_MS, sparedMs })
})
