import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { codec } from '../src/reference/codec.ts'

export default defineDefect(cache, {
  name: 'bytes-as-text',
  breaks: ['cache.values.round-trip'],
  description: 'Bytes pass through a string on their way, and those that are no UTF-8 become replacement characters.',
  incident: {
    title: 'bentocache #19: Binary encoding in RedisTransport can crash due to unsafe utf-8 conversion',
    url: 'https://github.com/Julien-R44/bentocache/issues/19',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      codec: { ...codec, decode: (encoded) => codec.decode(Buffer.from(encoded.toString('utf8'))) },
    }),
})
