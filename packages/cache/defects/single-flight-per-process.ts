import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { SingleFlight } from '../src/reference/single-flight.ts'

export default defineDefect(cache, {
  name: 'single-flight-per-process',
  breaks: ['cache.load.single-flight'],
  description: 'Concurrent loads are joined within one process, so every node of the cluster loads a cold key itself.',
  incident: {
    title: 'cacheable #1201: Cache stampede protection for distributed cache in a multi-pod environment',
    url: 'https://github.com/jaredwray/cacheable/issues/1201',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { singleFlight: (settings) => new LocalFlight(settings) }),
})

class LocalFlight extends SingleFlight {
  readonly #running = new Map<string, Promise<Buffer>>()

  override async getOrLoad(redisKey: string, load: () => Promise<Buffer>, ttlMs: number): Promise<Buffer> {
    const held = await this.store.read(redisKey)
    if (held !== undefined) return held
    const running = this.#running.get(redisKey) ?? this.#loadAndWrite(redisKey, load, ttlMs)
    this.#running.set(redisKey, running)
    return await running.finally(() => this.#running.delete(redisKey))
  }

  async #loadAndWrite(redisKey: string, load: () => Promise<Buffer>, ttlMs: number): Promise<Buffer> {
    const encoded = await load()
    await this.store.write(redisKey, encoded, { ttlMs })
    return encoded
  }
}
