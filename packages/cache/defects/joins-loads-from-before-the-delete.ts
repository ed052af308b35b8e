import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { SingleFlight } from '../src/reference/single-flight.ts'

export default defineDefect(cache, {
  name: 'joins-loads-from-before-the-delete',
  breaks: ['cache.invalidation.no-stale-set'],
  description: 'A call after a delete joins a load that began before it, and is given what the source held then.',
  incident: {
    title: 'layered-loader #414: Fix race conditions between invalidation and in-flight loads',
    url: 'https://github.com/kibertoad/layered-loader/pull/414',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { singleFlight: (settings) => new EagerlyJoinedFlight(settings) }),
})

class EagerlyJoinedFlight extends SingleFlight {
  readonly #running = new Map<string, Promise<Buffer>>()

  override async getOrLoad(redisKey: string, load: () => Promise<Buffer>, ttlMs: number): Promise<Buffer> {
    const running = this.#running.get(redisKey)
    if (running !== undefined) return await running
    const started = super.getOrLoad(redisKey, load, ttlMs).finally(() => this.#running.delete(redisKey))
    this.#running.set(redisKey, started)
    return await started
  }
}
