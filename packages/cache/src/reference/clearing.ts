import type { CoherentStore } from './coherent-store.ts'
import { compileGlob } from './glob.ts'
import { escapeIllFormed, type Keyspace } from './keyspace.ts'

/**
 * Removes a tenant's keys by pattern, batch by batch. Redis is asked for what begins with the pattern's literal prefix,
 * and the pattern itself is matched here: Redis' own matcher sees bytes where the contract says characters, gives `[`
 * and `^` a meaning, and can be made slow by a pattern of many stars.
 */
export class Clearing {
  protected readonly store: CoherentStore
  protected readonly keyspace: Keyspace

  constructor(store: CoherentStore, keyspace: Keyspace) {
    this.store = store
    this.keyspace = keyspace
  }

  /** Resolves with how many values were removed. */
  async clear(tenant: string, pattern: string): Promise<number> {
    const glob = compileGlob(pattern)
    const prefix = this.keyspace.ofTenant(tenant) + escapeIllFormed(glob.literalPrefix)
    let removed = 0
    for await (const batch of this.store.shared.scan(prefix)) {
      const matching = batch.filter((redisKey) => glob.matches(this.keyspace.keyOf(tenant, redisKey)))
      if (matching.length > 0) removed += await this.store.remove(matching)
    }
    return removed
  }
}
