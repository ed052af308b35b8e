import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions, CacheValue } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'

export default defineDefect(cache, {
  name: 'sessions-in-one-process',
  breaks: ['cache.sla.sessions#violations'],
  description: 'A session is kept in the memory of the process that started it, and no other knows it.',
  incident: {
    title: 'OpenUserJS.org #68: Sessions in memory, and the site runs as three processes',
    url: 'https://github.com/OpenUserJS/OpenUserJS.org/issues/68',
  },
  open: async (options: CacheNodeOptions): Promise<CacheNode> => {
    const node = await createCacheNode(options)
    const sessions = new Map<string, CacheValue>()
    return {
      ...node,
      sessions: {
        start: (id, data) => Promise.resolve(void sessions.set(id, data)),
        get: (id) => Promise.resolve(sessions.get(id)),
        end: (id) => Promise.resolve(void sessions.delete(id)),
      },
    }
  },
})
