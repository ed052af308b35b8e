import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { SingleFlight } from '../src/reference/single-flight.ts'

export default defineDefect(cache, {
  name: 'failures-remembered',
  breaks: ['cache.load.failure-not-cached'],
  description: 'The promise of a load is what is remembered, also when it was rejected: the outage never ends.',
  incident: {
    title: 'memoizee #93: Rejected Promise stays in Cache',
    url: 'https://github.com/medikoo/memoizee/issues/93',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { singleFlight: (settings) => new RememberedFlight(settings) }),
})

class RememberedFlight extends SingleFlight {
  readonly #promises = new Map<string, Promise<Buffer>>()

  override async getOrLoad(redisKey: string, load: () => Promise<Buffer>, ttlMs: number): Promise<Buffer> {
    const promise = this.#promises.get(redisKey) ?? super.getOrLoad(redisKey, load, ttlMs)
    this.#promises.set(redisKey, promise)
    const encoded = await promise
    this.#promises.delete(redisKey)
    return encoded
  }
}
