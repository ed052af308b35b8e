import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'

export default defineDefect(cache, {
  name: 'llm-one-chunk-replay',
  breaks: ['cache.llm.stream-replay'],
  description: 'A stored answer is replayed in one piece, so the reader of a stream sees nothing and then everything.',
  incident: {
    title: 'vLLM Semantic Router #937: cached responses are sent as one chunk instead of streaming',
    url: 'https://github.com/vllm-project/semantic-router/pull/937',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => createLlmCache({ ...deps, parts: { replayStream: inOnePiece } }),
    }),
})

async function* inOnePiece(chunks: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield chunks.join('')
}
