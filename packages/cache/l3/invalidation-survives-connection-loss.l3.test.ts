import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache, INVALIDATION_BOUND_MS } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, optionsFor, range } from './cluster-of-nodes.ts'
import { until } from './expiry.ts'
import { observe, wrongIn, type Read } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const KEYS = range(8).map((index) => ({ tenant: 'acme', key: `flag ${index}` }))
/** Every other key is deleted, the rest are overwritten. */
const AFTERWARDS = KEYS.map((_, index) => (index % 2 === 0 ? undefined : 'new'))

guarantee('cache.invalidation.survives-connection-loss', async (context) => {
  const redis = await context.lease('redis')
  const proxy = await context.proxy(redis.url)
  const [connected, cutOff] = await Promise.all([
    context.host(optionsFor(redis)),
    context.host({ ...optionsFor(redis), redisUrls: [proxy.url] }),
  ])
  let failedReads = 0
  let servedAgain = 0
  for (const cutBefore of range(3)) {
    await Promise.all(KEYS.map((key) => connected.service.set(key, 'old', A_MINUTE)))
    const readers = KEYS.map((key) => () => cutOff.service.get(key))
    const { late, whileCutOff, again } = await observe(readers, async (observation) => {
      await observation.untilHot('old')
      await proxy.cut()
      await Promise.all(
        KEYS.map((key, index) =>
          AFTERWARDS[index] === undefined
            ? connected.service.delete(key)
            : connected.service.set(key, AFTERWARDS[index], A_MINUTE),
        ),
      )
      const acknowledgedMs = performance.now()
      await until(acknowledgedMs + INVALIDATION_BOUND_MS)
      // These begin late and while the node is cut off; they may fail or wait, but not give what is no longer true.
      const beganCutOff = Promise.allSettled(readers.map((read) => read()))
      await proxy.restore()
      const restoredMs = performance.now()
      const isAgain = (read: Read<unknown>): boolean => read.beganMs > restoredMs && read.failure === undefined
      await observation.untilEach('after the connection is back', 20, isAgain)
      return {
        late: observation.reads.filter((read) => read.beganMs >= acknowledgedMs + INVALIDATION_BOUND_MS),
        whileCutOff: await beganCutOff,
        again: observation.reads.filter(isAgain).length,
      }
    })

    const answered = late.filter((read) => read.failure === undefined)
    expect(wrongIn(answered, (read) => read.answer !== AFTERWARDS[read.reader])).toBeUndefined()
    expect(whileCutOff.map((read) => read.status === 'fulfilled' && read.value === 'old')).not.toContain(true)
    expect(proxy.connections).toBeGreaterThan(cutBefore + 1)
    failedReads += late.length - answered.length
    servedAgain += again
  }
  context.evidence({ cuts: 3, keys: KEYS.length, failedReads, servedAgain, connections: proxy.connections })
})
