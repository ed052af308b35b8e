import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createFindAlike } from '../src/reference/llm/likeness.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'

export default defineDefect(cache, {
  name: 'llm-threshold-rescaled',
  breaks: ['cache.llm.semantic-hit'],
  description:
    'The threshold is taken for a normalised distance and scaled again, so that nearly everything is near enough.',
  incident: {
    title: 'langchain-redis #98: RedisSemanticCache.alookup() takes a threshold of 0.05 for 1.9',
    url: 'https://github.com/langchain-ai/langchain-redis/issues/98',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => createLlmCache({ ...deps, parts: { createFindAlike: rescaled } }),
    }),
})

const rescaled: typeof createFindAlike = ({ store, similarityThreshold }) => {
  const distance = 1 - similarityThreshold
  return createFindAlike({ store, similarityThreshold: 1 - (2 - 2 * distance) })
}
