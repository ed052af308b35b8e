import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { setTimeout as delay } from 'node:timers/promises'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'

/** What a read takes while the others wait for it. */
const READ_MS = 1

export default defineDefect(cache, {
  name: 'reads-in-one-queue',
  breaks: ['cache.performance.effectiveness#inside'],
  description: 'Each read waits until the one before it has ended: alone it is quick, among fifty users it is not.',
  incident: {
    title: 'parse-server #5401: All requests to Redis are queued up and executed one by one',
    url: 'https://github.com/parse-community/parse-server/issues/5401',
  },
  open: async (options: CacheNodeOptions): Promise<CacheNode> => {
    const node = await createCacheNode(options)
    let last: Promise<unknown> = Promise.resolve()
    return {
      ...node,
      get(key) {
        const read = last.then(() => delay(READ_MS)).then(() => node.get(key))
        last = read.catch(() => undefined) // Whoever asked hears of it; the next does not wait for it longer.
        return read
      },
    }
  },
})
