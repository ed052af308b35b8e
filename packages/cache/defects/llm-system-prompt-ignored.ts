import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'
import { scopeOf } from '../src/reference/llm/scope.ts'

export default defineDefect(cache, {
  name: 'llm-system-prompt-ignored',
  breaks: ['cache.llm.scope-isolation'],
  description:
    'The key of an answer leaves the system prompt out, so the answer in French is served to who asked for German.',
  incident: {
    title: 'instructor #2524: a hoisted system prompt is missing from the cache key',
    url: 'https://github.com/567-labs/instructor/pull/2524',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) =>
        createLlmCache({ ...deps, parts: { scopeOf: (scope) => scopeOf({ ...scope, systemPrompt: '' }) } }),
    }),
})
