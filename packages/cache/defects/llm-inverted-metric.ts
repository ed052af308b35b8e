import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { cosine } from '../src/reference/llm/embedder.ts'
import type { createFindAlike } from '../src/reference/llm/likeness.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'

export default defineDefect(cache, {
  name: 'llm-inverted-metric',
  breaks: ['cache.llm.semantic-hit', 'cache.llm.savings'],
  description:
    'A distance is compared as if it were a similarity: the same question never matches, a strange one does.',
  incident: {
    title: 'vLLM Semantic Router #2715: inverted cache-hit criterion, a vector distance is treated as a similarity',
    url: 'https://github.com/vllm-project/semantic-router/issues/2715',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => createLlmCache({ ...deps, parts: { createFindAlike: inverted } }),
    }),
})

const inverted: typeof createFindAlike =
  ({ store, similarityThreshold }) =>
  async (scope, others, wanted) => {
    const fingerprints = await store.fingerprints(scope, others)
    return others.filter((_, index) => {
      const stored = fingerprints[index]
      if (!stored || Buffer.compare(stored.distinctions, wanted.distinctions) !== 0) return false
      const distance = 1 - cosine(stored.vector, wanted.vector)
      return distance >= similarityThreshold
    })
  }
