import { openSuite } from '@proving-ground/core-harness/guarantee'
import { iterations } from '@proving-ground/core-harness/workload'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { differenceOf } from '../src/model/same-value.ts'
import { lastStaleRead } from './propagation.ts'
import { FIVE_MINUTES, openServices } from './services.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const SESSIONS = 100

guarantee(
  'cache.sla.sessions',
  async (context) => {
    const { at, key } = await openServices(context)
    let [compared, violations] = [0, 0]
    await context.load({
      name: 'sessions',
      arrival: iterations({ users: 5, iterations: SESSIONS }),
      operationTimeoutMs: 10_000,
      seed: context.mode.seed,
      operations: [
        {
          name: 'login, logout',
          async run({ index, signal, measure }) {
            const [here, there] = [at(index).sessions, at(index + 1).sessions]
            const id = `${key('session').tenant} ${index}`
            const data = { user: `user ${index}`, roles: ['reader'] }
            await here.start(id, data, FIVE_MINUTES, { signal })
            const seen = await Promise.all([here.get(id, { signal }), there.get(id, { signal })])
            compared++
            if (!seen.every((one) => one !== undefined && differenceOf(data, one) === undefined)) violations++
            await here.end(id, { signal })
            const acknowledgedAtMs = performance.now()
            const isOpen = async (): Promise<boolean> => (await there.get(id, { signal })) !== undefined
            measure('logout', await lastStaleRead(isOpen, acknowledgedAtMs))
          },
        },
      ],
    })
    context.finding('session-violations', { value: violations, samples: compared })
  },
  { timeoutMs: 120_000 },
)
