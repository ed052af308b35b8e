import { openSuite } from '@proving-ground/core-harness/guarantee'
import { constantRate } from '@proving-ground/core-harness/workload'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { FIVE_MINUTES, openServices } from './services.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const KEYS = 1_000
/** Of these, the last were never written when the load begins. */
const READ_KEYS = 1_050

guarantee(
  'cache.sla.read-write',
  async (context) => {
    const { at, key } = await openServices(context)
    const valueOf = (number: number): string => `value of ${number}`
    await context.load({
      name: 'read-write',
      arrival: constantRate({ ratePerSecond: 300, durationMs: context.mode.isQuick ? 10_000 : 60_000 }),
      maxConcurrency: 200,
      // Half of what is judged. What the generator is late by counts as response: it never makes a verdict better.
      latenessBudgetMs: 5,
      operationTimeoutMs: 2_000,
      seed: context.mode.seed,
      async setup() {
        for (let number = 0; number < KEYS; number += 50)
          await Promise.all(
            Array.from({ length: 50 }, (_, offset) =>
              at(offset).set(key(`${number + offset}`), valueOf(number + offset), FIVE_MINUTES),
            ),
          )
      },
      operations: [
        {
          name: 'read',
          weight: 9,
          async run({ random, index, signal, count }) {
            // Few keys are asked for often, most seldom.
            const number = Math.floor(READ_KEYS * random() ** 2)
            const found = await at(index).get(key(`${number}`), { signal })
            count(found === undefined ? 'miss' : 'hit')
            if (found !== undefined && found !== valueOf(number))
              throw new Error(`key ${number} holds ${JSON.stringify(found)}`)
            // As an application does: what was not there is loaded, and put there.
            if (found === undefined) await at(index).set(key(`${number}`), valueOf(number), FIVE_MINUTES, { signal })
          },
        },
        {
          name: 'write',
          weight: 1,
          async run({ random, index, signal }) {
            const number = Math.floor(KEYS * random())
            await at(index).set(key(`${number}`), valueOf(number), FIVE_MINUTES, { signal })
          },
        },
      ],
    })
  },
  { timeoutMs: 240_000 },
)
