import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createAnswerStore } from '../src/reference/llm/answer-store.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'

export default defineDefect(cache, {
  name: 'llm-expired-from-memory',
  breaks: ['cache.llm.ttl'],
  description: 'Answers are also kept in the process that stored them, where nobody looks at the TTL.',
  incident: {
    title: 'vLLM Semantic Router #404: TTL expiry ignored when the in-memory cache hits',
    url: 'https://github.com/vllm-project/semantic-router/issues/404',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => createLlmCache({ ...deps, parts: { createAnswerStore: withMemory } }),
    }),
})

const withMemory: typeof createAnswerStore = (deps) => {
  const store = createAnswerStore(deps)
  const memory = new Map<string, string[]>()
  return {
    ...store,
    async find(scope, id) {
      const chunks = memory.get(id)
      return chunks ? { chunks } : await store.find(scope, id)
    },
    async save(scope, id, answer, ttlMs) {
      await store.save(scope, id, answer, ttlMs)
      memory.set(id, answer.chunks)
    },
  }
}
