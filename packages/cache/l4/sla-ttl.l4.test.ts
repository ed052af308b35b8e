import { openSuite } from '@proving-ground/core-harness/guarantee'
import { setTimeout as delay } from 'node:timers/promises'
import { cache, TTL_TOLERANCE_MS } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { openServices } from './services.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const KEYS = 200
const SHORTEST_TTL_MS = 1_000
const STEP_MS = 7.5
/** A read that is to end before the TTL does begins so much earlier. */
const ANSWER_MS = 80

guarantee(
  'cache.sla.ttl',
  async (context) => {
    const { at, key } = await openServices(context)
    const found = { right: 0, early: 0, late: 0, undecided: 0 }

    /** Reads once around a moment of `performance.now()`, from the service that did not write. */
    const readAt = async (atMs: number, index: number) => {
      await delay(Math.max(0, atMs - performance.now()))
      const beganAtMs = performance.now()
      const value = await at(index + 1).get(key(`ending ${index}`))
      return { beganAtMs, endedAtMs: performance.now(), isServed: value !== undefined }
    }

    await Promise.all(
      Array.from({ length: KEYS }, async (_, index) => {
        const ttlMs = Math.round(SHORTEST_TTL_MS + index * STEP_MS)
        const sentAtMs = performance.now()
        await at(index).set(key(`ending ${index}`), index, { ttlMs })
        const [earliestMs, latestMs] = [sentAtMs + ttlMs, performance.now() + ttlMs]
        const reads = [
          sentAtMs + ttlMs / 2,
          earliestMs - TTL_TOLERANCE_MS - ANSWER_MS,
          latestMs + TTL_TOLERANCE_MS + 1,
        ].map((atMs) => readAt(atMs, index))
        for (const { beganAtMs, endedAtMs, isServed } of await Promise.all(reads)) {
          if (endedAtMs < earliestMs - TTL_TOLERANCE_MS) found[isServed ? 'right' : 'early']++
          else if (beganAtMs > latestMs + TTL_TOLERANCE_MS) found[isServed ? 'late' : 'right']++
          else found.undecided++ // The machine was late: neither answer would be wrong.
        }
      }),
    )
    const decided = found.right + found.early + found.late
    context.evidence(found)
    if (decided > 0) context.finding('ttl-accuracy', { value: found.right / decided, samples: decided })

    const left = await Promise.all(
      Array.from({ length: 2 * KEYS }, (_, read) => at(read % 2).get(key(`ending ${Math.floor(read / 2)}`))),
    )
    context.finding('entries-left', {
      value: left.filter((value) => value !== undefined).length,
      samples: left.length,
    })
  },
  { timeoutMs: 60_000 },
)
