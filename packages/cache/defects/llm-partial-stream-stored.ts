import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'
import type { recordStream } from '../src/reference/llm/answer-stream.ts'

export default defineDefect(cache, {
  name: 'llm-partial-stream-stored',
  breaks: ['cache.llm.stream-replay'],
  description: 'What had been streamed when the model broke off or the reader left is stored as if it were the answer.',
  incident: {
    title: 'cashews #246: an interrupted StreamingResponse will cache the partial response',
    url: 'https://github.com/Krukov/cashews/issues/246',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => createLlmCache({ ...deps, parts: { recordStream: storingWhatCame } }),
    }),
})

const storingWhatCame: typeof recordStream = async function* (stream, keep) {
  const chunks: string[] = []
  try {
    for await (const chunk of stream) {
      chunks.push(chunk)
      yield chunk
    }
  } finally {
    await keep(chunks)
  }
}
