import { createHash } from 'node:crypto'
import type { CacheKey, CacheNode, CacheNodeOptions } from '../contract.ts'

/** A name that all nodes with the same options share, and no others. */
export function namespaceOf({ redisUrls, keyPrefix }: CacheNodeOptions): string {
  return createHash('sha256')
    .update(JSON.stringify([redisUrls, keyPrefix]))
    .digest('hex')
    .slice(0, 16)
}

/** A node whose tenants and sessions meet none of another namespace: for tests that share a deployed service. */
export function namespaced(node: CacheNode, namespace: string): CacheNode {
  const within = (name: string): string => `${namespace}:${name}`
  const keyOf = ({ tenant, key }: CacheKey): CacheKey => ({ tenant: within(tenant), key })
  return {
    get: (key) => node.get(keyOf(key)),
    set: (key, value, lifetime) => node.set(keyOf(key), value, lifetime),
    delete: (key) => node.delete(keyOf(key)),
    clear: (tenant, pattern) => node.clear(within(tenant), pattern),
    getOrLoad: (key, load, lifetime) => node.getOrLoad(keyOf(key), load, lifetime),
    update: (key, commit) => node.update(keyOf(key), commit),
    sessions: {
      start: (id, data, lifetime) => node.sessions.start(within(id), data, lifetime),
      get: (id) => node.sessions.get(within(id)),
      end: (id) => node.sessions.end(within(id)),
    },
    locks: node.locks,
    llm: node.llm,
    close: () => node.close(),
  }
}
