import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { createHash } from 'node:crypto'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'
import type { LlmScope } from '../src/reference/llm/scope.ts'

export default defineDefect(cache, {
  name: 'llm-joined-key',
  breaks: ['cache.llm.scope-isolation'],
  description:
    'The parts of the key are joined without a mark between them, so a character may move from one to the next.',
  incident: {
    title: 'LightRAG #3392: compute_args_hash joins arguments without a delimiter, colliding distinct LLM cache keys',
    url: 'https://github.com/HKUDS/LightRAG/issues/3392',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => createLlmCache({ ...deps, parts: { scopeOf: joinedScopeOf } }),
    }),
})

function joinedScopeOf({ tenant, model, temperature, systemPrompt, tools }: LlmScope): string {
  const joined = [tenant, model, String(temperature), systemPrompt, JSON.stringify(tools)].join('')
  return createHash('md5').update(joined).digest('base64url')
}
