import { defineAdapter } from '@proving-ground/core-harness/guarantee/adapter'
import { cache, type CacheNodeOptions } from '../contract.ts'
import { createCacheNode } from './cache-node.ts'

export default defineAdapter(cache, {
  name: 'reference',
  offers: ['write-fence', 'cluster', 'sessions', 'locks', 'llm-cache'],
  open: (options: CacheNodeOptions) => createCacheNode(options),
})
