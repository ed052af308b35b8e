import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions, CacheValue } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { codec } from '../src/reference/codec.ts'

export default defineDefect(cache, {
  name: 'copies-are-shared',
  breaks: ['cache.values.round-trip'],
  description: 'All callers of a node get one and the same object; whoever changes it changes it for all.',
  incident: {
    title: 'shesha-framework #5373: the L1 cache hands out shared references',
    url: 'https://github.com/shesha-io/shesha-framework/pull/5373',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { codec: { ...codec, decode: decodeOnce } }),
})

const decoded = new WeakMap<Buffer, { readonly value: CacheValue }>()

function decodeOnce(encoded: Buffer): CacheValue {
  const known = decoded.get(encoded) ?? { value: codec.decode(encoded) }
  decoded.set(encoded, known)
  return known.value
}
