import { openSuite } from '@proving-ground/core-harness/guarantee'
import { iterations } from '@proving-ground/core-harness/workload'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { lastStaleRead } from './propagation.ts'
import { FIVE_MINUTES, openServices } from './services.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const KEYS = 100

guarantee(
  'cache.sla.invalidation',
  async (context) => {
    const { at, key } = await openServices(context)
    await context.load({
      name: 'invalidation',
      arrival: iterations({ users: 5, iterations: KEYS }),
      operationTimeoutMs: 10_000,
      seed: context.mode.seed,
      operations: [
        {
          name: 'write, read, delete',
          async run({ index, signal, measure }) {
            const [writer, reader, name] = [at(index), at(index + 1), key(`deleted ${index}`)]
            await writer.set(name, 'before', FIVE_MINUTES, { signal })
            // The other service makes a copy of its own.
            const copied = await reader.get(name, { signal })
            if (copied !== 'before') throw new Error(`what was written is read as ${JSON.stringify(copied)}`)
            await writer.delete(name, { signal })
            const acknowledgedAtMs = performance.now()
            const isStale = async (): Promise<boolean> => (await reader.get(name, { signal })) !== undefined
            measure('propagation', await lastStaleRead(isStale, acknowledgedAtMs))
          },
        },
      ],
    })
  },
  { timeoutMs: 120_000 },
)
