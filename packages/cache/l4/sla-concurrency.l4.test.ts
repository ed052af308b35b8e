import { openSuite } from '@proving-ground/core-harness/guarantee'
import { iterations } from '@proving-ground/core-harness/workload'
import { setTimeout as delay } from 'node:timers/promises'
import { cache, INVALIDATION_BOUND_MS } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { FIVE_MINUTES, openServices } from './services.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const OPERATIONS = 500
const KEYS = 50

guarantee(
  'cache.sla.concurrency',
  async (context) => {
    const { first, second, at, key } = await openServices(context)
    const written = new Map<string, Set<unknown>>()
    const drawn = (random: () => number): string => `contended ${Math.floor(KEYS * random())}`
    await context.load({
      name: 'mixed',
      arrival: iterations({ users: OPERATIONS, iterations: OPERATIONS }),
      operationTimeoutMs: 10_000,
      seed: context.mode.seed,
      async setup() {
        // Both services have copies of all when it begins.
        for (let number = 0; number < KEYS; number++) {
          const name = `contended ${number}`
          written.set(name, new Set(['at first']))
          await first.set(key(name), 'at first', FIVE_MINUTES)
          await Promise.all([first.get(key(name)), second.get(key(name))])
        }
      },
      operations: [
        {
          name: 'get',
          weight: 5,
          run: async ({ random, index, signal }) => void (await at(index).get(key(drawn(random)), { signal })),
        },
        {
          name: 'set',
          weight: 4,
          async run({ random, index, signal }) {
            const name = drawn(random)
            written.get(name)?.add(`written by ${index}`)
            await at(index).set(key(name), `written by ${index}`, FIVE_MINUTES, { signal })
          },
        },
        {
          name: 'delete',
          weight: 1,
          run: ({ random, index, signal }) => at(index).delete(key(drawn(random)), { signal }),
        },
      ],
    })

    // All is acknowledged; from the bound on both services have to say the same.
    await delay(INVALIDATION_BOUND_MS)
    const violations: { name: string; first: unknown; second: unknown }[] = []
    for (const [name, values] of written) {
      const [here, there] = await Promise.all([first.get(key(name)), second.get(key(name))])
      const isKnown = here === undefined || values.has(here)
      if (here !== there || !isKnown) violations.push({ name, first: here, second: there })
    }
    context.evidence({ violations: violations.slice(0, 5) })
    context.finding('coherence-violations', { value: violations.length, samples: written.size })
  },
  { timeoutMs: 60_000 },
)
