import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'
import { scopeOf } from '../src/reference/llm/scope.ts'

export default defineDefect(cache, {
  name: 'llm-temperature-ignored',
  breaks: ['cache.llm.scope-isolation'],
  description: 'The key of an answer leaves the temperature out, so a creative call gets the deterministic answer.',
  incident: {
    title: 'LangChain #19328: caching for ChatAnthropic depends on the messages only, not on the parameters',
    url: 'https://github.com/langchain-ai/langchain/issues/19328',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => createLlmCache({ ...deps, parts: { scopeOf: (scope) => scopeOf({ ...scope, temperature: 0 }) } }),
    }),
})
