import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions, CacheValue, SessionCache } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'

const REMEMBERED_MS = 15_000

export default defineDefect(cache, {
  name: 'logout-in-one-process',
  breaks: ['cache.session.coherent-logout', 'cache.sla.sessions#logout'],
  description:
    'Each process remembers sessions that it looked up; a logout is forgotten only by the one that handles it.',
  incident: {
    title: 'agent-native #4302: the in-memory session cache is per-process, and so is its invalidation',
    url: 'https://github.com/BuilderIO/agent-native/pull/4302',
  },
  open: async (options: CacheNodeOptions) => {
    const node = await createCacheNode(options)
    return { ...node, sessions: rememberSessions(node.sessions) }
  },
})

function rememberSessions(sessions: SessionCache): SessionCache {
  const remembered = new Map<string, { readonly data: CacheValue; readonly untilMs: number }>()
  return {
    start: (...session) => sessions.start(...session),
    async get(sessionId) {
      const known = remembered.get(sessionId)
      if (known && known.untilMs > performance.now()) return known.data
      const data = await sessions.get(sessionId)
      if (data !== undefined) remembered.set(sessionId, { data, untilMs: performance.now() + REMEMBERED_MS })
      return data
    },
    async end(sessionId) {
      remembered.delete(sessionId)
      await sessions.end(sessionId)
    },
  }
}
