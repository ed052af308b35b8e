import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'

export default defineDefect(cache, {
  name: 'llm-unbounded',
  breaks: ['cache.llm.lru-eviction'],
  description: 'Nothing ever makes room, so the cache grows until something else does.',
  incident: {
    title: 'NexumDB #94: SemanticCache grows unbounded and never evicts',
    url: 'https://github.com/aviralgarg05/NexumDB/issues/94',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) =>
        createLlmCache({ ...deps, options: { ...deps.options, maxEntriesPerScope: Number.MAX_SAFE_INTEGER } }),
    }),
})
