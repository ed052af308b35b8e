import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createAnswerStore } from '../src/reference/llm/answer-store.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'

export default defineDefect(cache, {
  name: 'llm-sliding-ttl',
  breaks: ['cache.llm.ttl'],
  description: 'Every hit starts the TTL anew, so the most asked question is answered with the oldest answer.',
  incident: {
    title: 'RedisVL #603: SemanticCache.check() refreshes the TTL on every hit',
    url: 'https://github.com/redis/redis-vl-python/issues/603',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => createLlmCache({ ...deps, parts: { createAnswerStore: sliding } }),
    }),
})

const sliding: typeof createAnswerStore = (deps) => {
  const store = createAnswerStore(deps)
  const ttls = new Map<string, number>()
  return {
    ...store,
    async find(scope, id) {
      const found = await store.find(scope, id)
      const ttlMs = ttls.get(id)
      if ('chunks' in found && ttlMs !== undefined)
        await store.save(scope, id, { chunks: found.chunks, fingerprint: undefined }, ttlMs)
      return found
    },
    async save(scope, id, answer, ttlMs) {
      ttls.set(id, ttlMs)
      await store.save(scope, id, answer, ttlMs)
    },
  }
}
