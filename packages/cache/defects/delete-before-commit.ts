import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { WriteFence } from '../src/reference/write-fence.ts'

export default defineDefect(cache, {
  name: 'delete-before-commit',
  breaks: ['cache.invalidation.commit-order'],
  description: 'The key is deleted within the transaction; a reader puts the old value back before the commit.',
  incident: {
    title: 'openvsx #2220: evict caches once the transaction has committed',
    url: 'https://github.com/eclipse-openvsx/openvsx/pull/2220',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { writeFence: (store) => new DeleteFirst(store) }),
})

class DeleteFirst extends WriteFence {
  override async update<Result>(redisKey: string, commit: () => Promise<Result>): Promise<Result> {
    await this.store.remove([redisKey])
    return await commit()
  }
}
