import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { answerKeys, createAnswerStore } from '../src/reference/llm/answer-store.ts'
import { createLlmCache } from '../src/reference/llm/llm-cache.ts'

export default defineDefect(cache, {
  name: 'llm-fifo-eviction',
  breaks: ['cache.llm.lru-eviction'],
  description: 'A hit does not count as a use, so the answer that everybody asks for goes when it is the oldest.',
  incident: {
    title: 'llm-d semantic classifier #9: cache eviction is FIFO rather than LRU',
    url: 'https://github.com/llm-d-incubation/llm-d-semantic-classifier/issues/9',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      llm: (deps) => createLlmCache({ ...deps, parts: { createAnswerStore: firstInFirstOut } }),
    }),
})

const firstInFirstOut: typeof createAnswerStore = (deps) => {
  const store = createAnswerStore(deps)
  const { used } = answerKeys(deps.keyPrefix)
  /** Undoes what a hit does to the order of the answers. */
  const keepingOrder = async <Result>(scope: string, id: string, read: () => Promise<Result>): Promise<Result> => {
    const order = await deps.redis.zscore(used(scope), id)
    const result = await read()
    if (order !== null) await deps.redis.zadd(used(scope), 'XX', order, id)
    return result
  }
  return {
    ...store,
    find: (scope, id) => keepingOrder(scope, id, () => store.find(scope, id)),
    serve: (scope, id) => keepingOrder(scope, id, () => store.serve(scope, id)),
  }
}
