import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { codec } from '../src/reference/codec.ts'

export default defineDefect(cache, {
  name: 'undefined-becomes-text',
  breaks: ['cache.values.undefined-refused'],
  description: 'A missing value is stored as the text "undefined", and served as one.',
  incident: {
    title: 'node-cache-manager-redis #47: all undefined values are stored as the string "undefined"',
    url: 'https://github.com/dial-once/node-cache-manager-redis/issues/47',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, {
      codec: { ...codec, encode: (value, where) => codec.encode(value === undefined ? 'undefined' : value, where) },
    }),
})
