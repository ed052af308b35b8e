import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions, Lifetime } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { SharedTier } from '../src/reference/shared-tier.ts'

export default defineDefect(cache, {
  name: 'only-deletes-are-announced',
  breaks: ['cache.nodes.write-visible', 'cache.sla.concurrency#violations'],
  description: 'A delete is announced to the other nodes, an overwrite is not: they keep serving what they copied.',
  incident: {
    title:
      'nebulex_examples #2: Near Cache Topology – Writes are not updating L1 Cache on another nodes of the cluster',
    url: 'https://github.com/elixir-nebulex/nebulex_examples/issues/2',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { sharedTier: (...parts) => new SilentWrites(...parts) }),
})

class SilentWrites extends SharedTier {
  readonly #unheard = new SharedTier(this.connection, `${this.channel}:unheard`)

  override async write(redisKey: string, encoded: Buffer, lifetime: Lifetime): Promise<void> {
    await this.#unheard.write(redisKey, encoded, lifetime)
  }
}
