import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { FreshnessLease } from '../src/reference/freshness-lease.ts'

export default defineDefect(cache, {
  name: 'fresh-while-connected',
  breaks: ['cache.invalidation.survives-pause', 'cache.faults.node-pause'],
  description: 'A node trusts its copies as long as its connection stands; one that slept wakes up trusting them.',
  incident: {
    title: 'yugabyte-db #16: Potential stale reads, when the machine of a lease holder freezes',
    url: 'https://github.com/yugabyte/yugabyte-db/issues/16',
  },
  open: (options: CacheNodeOptions) => createCacheNode(options, { lease: (now) => new TimelessLease(now) }),
})

class TimelessLease extends FreshnessLease {
  #held = false

  override confirm(): void {
    this.#held = true
  }

  override revoke(): void {
    this.#held = false
  }

  override holds(): boolean {
    return this.#held
  }
}
