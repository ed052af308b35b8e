import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { setTimeout as delay } from 'node:timers/promises'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions, Lifetime } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { CoherentStore, type CoherentStoreOptions } from '../src/reference/coherent-store.ts'

/** What preparing the copy takes. */
const PREPARATION_MS = 20

export default defineDefect(cache, {
  name: 'own-writes-kept-late',
  breaks: ['cache.nodes.converge'],
  description:
    'A node puts what it wrote into its own tier as a separate step, over newer writes that it has heard of.',
  incident: {
    title: 'Foundatio #572: HybridCacheClient: concurrent writes can leave a stale local value',
    url: 'https://github.com/FoundatioFx/Foundatio/issues/572',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { store: (settings) => new WriteThroughStore(settings) }),
})

class WriteThroughStore extends CoherentStore {
  readonly #options: CoherentStoreOptions

  constructor(options: CoherentStoreOptions) {
    super(options)
    this.#options = options
  }

  override async write(redisKey: string, encoded: Buffer, lifetime: Lifetime): Promise<void> {
    await super.write(redisKey, encoded, lifetime)
    if (!('ttlMs' in lifetime)) return
    const { local, now } = this.#options
    const expiresAtMs = now() + lifetime.ttlMs
    await delay(PREPARATION_MS)
    const fill = local.beginFill(redisKey)
    local.keep(fill, encoded, expiresAtMs)
    local.endFill(fill)
  }
}
