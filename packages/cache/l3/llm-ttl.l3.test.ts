import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { TTL_TOLERANCE_MS, cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { untilDecided } from './expiry.ts'
import { ask, optionsOn, peek, requestOf } from './llm-requests.ts'
import type { LlmNode } from './llm-requests.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const TTL_MS = 1000
const PARAPHRASE = 'How can I reset my password, please?'

const KINDS = ['exact', 'semantic'] as const

interface Reading {
  readonly kind: (typeof KINDS)[number]
  readonly beganAt: number
  readonly endedAt: number
  readonly hit: boolean
}

/** Reads the exact prompt and a paraphrase, over and over, until one of each began after `untilMs`. */
async function watch(nodes: readonly LlmNode[], canary: string, untilMs: number): Promise<Reading[]> {
  const readings: Reading[] = []
  for (;;) {
    const last = performance.now() > untilMs
    for (const node of nodes) {
      for (const [kind, request] of [
        ['exact', requestOf({})],
        ['semantic', requestOf({ prompt: PARAPHRASE })],
      ] as const) {
        const beganAt = performance.now()
        const found = await peek(node, request)
        readings.push({ kind, beganAt, endedAt: performance.now(), hit: found?.text === canary })
      }
    }
    if (last) return readings
  }
}

guarantee('cache.llm.ttl', async (context) => {
  const redis = await context.lease('redis')
  const options = optionsOn(redis)
  const nodes = await Promise.all([context.host(options), context.host(options)])
  const canary = 'an answer for a second'

  // Another answer keeps the scope alive, so that nothing ends only because all of it does.
  await ask(nodes[0], requestOf({ prompt: 'Which regions store my data?' }), 'Frankfurt')
  const rounds = await untilDecided(
    async () => {
      const stored = await ask(nodes[0], requestOf({}), canary, TTL_MS)
      expect(stored).toMatchObject({ served: 'miss', calledModel: true })
      const certainlyAliveUntil = stored.sentAt! + TTL_MS - TTL_TOLERANCE_MS
      const certainlyOverFrom = stored.endedAt + TTL_MS + TTL_TOLERANCE_MS
      const readings = await watch(nodes, canary, certainlyOverFrom)
      return { stored, certainlyAliveUntil, certainlyOverFrom, readings }
    },
    ({ readings }) => KINDS.every((kind) => readings.some((reading) => reading.kind === kind && reading.hit)),
  )

  for (const { certainlyAliveUntil, certainlyOverFrom, readings } of rounds) {
    const early = readings.filter(({ endedAt, hit }) => endedAt < certainlyAliveUntil && !hit)
    const late = readings.filter(({ beganAt, hit }) => beganAt > certainlyOverFrom && hit)
    expect({ early: early.slice(0, 3), late: late.slice(0, 3) }).toEqual({ early: [], late: [] })
    for (const kind of KINDS)
      expect(readings.some((reading) => reading.kind === kind && reading.beganAt > certainlyOverFrom)).toBe(true)
  }
  const { stored, readings } = rounds.at(-1)!
  const lastHit = Math.max(...readings.filter(({ hit }) => hit).map(({ beganAt }) => beganAt))
  context.evidence({ readings: readings.length, lastHitMsAfterEnd: Math.round(lastHit - stored.endedAt - TTL_MS) })
})
