import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { WriteFence } from '../src/reference/write-fence.ts'

export default defineDefect(cache, {
  name: 'delete-only-after-commit',
  breaks: ['cache.invalidation.commit-order'],
  description: 'The key is deleted after the commit and only then: a writer that dies in between leaves the old value.',
  incident: {
    title: 'notifications-utils #1120: Ensure no stale data in redis if redis errors when deleting cache key',
    url: 'https://github.com/alphagov/notifications-utils/pull/1120',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { writeFence: (store) => new DeleteLast(store) }),
})

class DeleteLast extends WriteFence {
  override async update<Result>(redisKey: string, commit: () => Promise<Result>): Promise<Result> {
    try {
      return await commit()
    } finally {
      await this.store.remove([redisKey])
    }
  }
}
