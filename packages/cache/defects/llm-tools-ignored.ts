import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'
import { scopeOf } from '../src/reference/llm/scope.ts'

export default defineDefect(cache, {
  name: 'llm-tools-ignored',
  breaks: ['cache.llm.scope-isolation'],
  description:
    'The key of an answer leaves the tools out, so an answer that calls a tool is replayed to who does not have it.',
  incident: {
    title: 'octopus #235: the key of the semantic cache holds neither system prompt nor tools',
    url: 'https://github.com/lingyuins/octopus/issues/235',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => createLlmCache({ ...deps, parts: { scopeOf: (scope) => scopeOf({ ...scope, tools: [] }) } }),
    }),
})
