import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { createHash } from 'node:crypto'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { distinctionsOf } from '../src/reference/llm/distinctions.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'

export default defineDefect(cache, {
  name: 'llm-tenant-by-distance',
  breaks: ['cache.llm.scope-isolation'],
  description:
    'Tenants share one index and are held apart by a word in front of the prompt, which hardly moves its vector.',
  incident: {
    title: 'vLLM Semantic Router #2134: user scoping by embedding distance leaks responses across tenants (CWE-524)',
    url: 'https://github.com/vllm-project/semantic-router/issues/2134',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => {
        const llm = createLlmCache({ ...deps, parts: { distinctionsOf: withoutNamespace } })
        return {
          respond: (request, callModel, lifetime) => {
            const prompt = `${namespaceOf(request.tenant)} ${request.prompt}`
            return llm.respond({ ...request, tenant: '', prompt }, callModel, lifetime)
          },
          close: () => llm.close(),
        }
      },
    }),
})

function namespaceOf(tenant: string): string {
  return createHash('sha256').update(tenant).digest('hex').slice(0, 4)
}

function withoutNamespace(prompt: string, sees: 'surface' | 'meaning'): Buffer {
  return distinctionsOf(prompt.slice(prompt.indexOf(' ') + 1), sees)
}
