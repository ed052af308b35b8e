import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'
import type { recordStream } from '../src/reference/llm/answer-stream.ts'

export default defineDefect(cache, {
  name: 'llm-streams-uncached',
  breaks: ['cache.llm.exact-hit', 'cache.llm.savings'],
  description: 'Answers that were streamed are passed on and never stored; only calls without streaming would be.',
  incident: {
    title: 'LiteLLM #24579: requests with stream=true are neither persisted to the cache nor replayed from it',
    url: 'https://github.com/BerriAI/litellm/issues/24579',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => createLlmCache({ ...deps, parts: { recordStream: passingOn } }),
    }),
})

const passingOn: typeof recordStream = async function* (stream) {
  yield* stream
}
