import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheKey, CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { Keyspace } from '../src/reference/keyspace.ts'

export default defineDefect(cache, {
  name: 'joined-names',
  breaks: ['cache.tenant.isolation'],
  description: 'Tenant and key are joined by a colon that either of them may hold.',
  incident: {
    title: 'supermemory #1679: escape delimiters in makeTurnKey to prevent cache collision',
    url: 'https://github.com/supermemoryai/supermemory/pull/1679',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { keyspace: (keyPrefix) => new JoinedNames(keyPrefix) }),
})

class JoinedNames extends Keyspace {
  override entry({ tenant, key }: CacheKey): string {
    return `${this.ofTenant(tenant)}${key}`
  }

  override ofTenant(tenant: string): string {
    return `${this.llmPrefix}${tenant}:`
  }
}
