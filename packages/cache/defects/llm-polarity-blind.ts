import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'

export default defineDefect(cache, {
  name: 'llm-polarity-blind',
  breaks: ['cache.llm.savings'],
  description:
    'A hit is decided by likeness of vectors alone, so a question is answered with the answer to its opposite.',
  incident: {
    title: 'GPTCache #694: a query and its exact reversal clear the hit threshold, the opposite answer is served',
    url: 'https://github.com/zilliztech/GPTCache/issues/694',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => createLlmCache({ ...deps, parts: { distinctionsOf: () => Buffer.alloc(16) } }),
    }),
})
