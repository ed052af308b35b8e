import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { randomUUID } from 'node:crypto'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'
import { scopeOf } from '../src/reference/llm/scope.ts'

export default defineDefect(cache, {
  name: 'llm-key-salted-per-process',
  breaks: ['cache.llm.exact-hit'],
  description:
    'The hash in the key starts from a random value of the process, so no process finds what another stored.',
  incident: {
    title: 'LMCache #1139: cross-process cache sharing fails due to non-deterministic hash initialisation',
    url: 'https://github.com/LMCache/LMCache/issues/1139',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) =>
        createLlmCache({
          ...deps,
          parts: { scopeOf: (scope) => scopeOf({ ...scope, systemPrompt: SALT + scope.systemPrompt }) },
        }),
    }),
})

const SALT = randomUUID()
