import { openSuite } from '@proving-ground/core-harness/guarantee'
import { iterations } from '@proving-ground/core-harness/workload'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { FIVE_MINUTES, openServices } from './services.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const OPERATIONS = 5_000
const USERS = 50
const KEYS = 500
/** Users who do not think would measure how much two services can do at most, and not what they do for users. */
const THINK_TIME_MS = 20

guarantee(
  'cache.performance.effectiveness',
  async (context) => {
    const { at, key } = await openServices(context)
    await context.load({
      name: 'cold start',
      arrival: iterations({ users: USERS, iterations: OPERATIONS }),
      operationTimeoutMs: 5_000,
      thinkTimeMs: THINK_TIME_MS,
      seed: context.mode.seed,
      operations: [
        {
          name: 'read',
          async run({ random, index, signal, count, measure }) {
            const name = key(`${Math.floor(KEYS * random())}`)
            let insideMs: number | undefined
            const found = await at(index).get(name, { signal, served: (serviceMs) => (insideMs = serviceMs) })
            count(found === undefined ? 'miss' : 'hit')
            if (found === undefined) return await at(index).set(name, 'loaded', FIVE_MINUTES, { signal })
            if (found !== 'loaded') throw new Error(`a key holds ${JSON.stringify(found)}`)
            if (insideMs !== undefined) measure('inside', insideMs)
          },
        },
      ],
    })
  },
  { timeoutMs: 120_000 },
)
