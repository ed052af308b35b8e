import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { SingleFlight } from '../src/reference/single-flight.ts'

export default defineDefect(cache, {
  name: 'one-lock-for-all-loads',
  breaks: ['cache.load.slow-isolated'],
  description: 'Loads take turns under one lock, instead of one for each key: the slowest source sets the pace of all.',
  incident: {
    title: 'spring-data-redis #2079: RedisCache synchronises all get(key, valueLoader) calls',
    url: 'https://github.com/spring-projects/spring-data-redis/issues/2079',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { singleFlight: (settings) => new SynchronizedFlight(settings) }),
})

class SynchronizedFlight extends SingleFlight {
  #previous: Promise<unknown> = Promise.resolve()

  override async getOrLoad(redisKey: string, load: () => Promise<Buffer>, ttlMs: number): Promise<Buffer> {
    const turn = this.#previous.then(() => super.getOrLoad(redisKey, load, ttlMs))
    this.#previous = turn.catch(() => undefined)
    return await turn
  }
}
