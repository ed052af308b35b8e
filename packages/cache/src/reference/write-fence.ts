import { randomUUID } from 'node:crypto'
import type { CoherentStore } from './coherent-store.ts'

/** How long a key stays empty after its writer died: the time within which a COMMIT that was sent must take effect. */
const FENCE_MS = 5_000

/**
 * Invalidates around a commit. Deleting before the commit lets a reader put the old value back before it; deleting after
 * leaves the old value for good when the writer dies in between. So the key is fenced before, which keeps loads from being
 * stored, and emptied after.
 */
export class WriteFence {
  protected readonly store: CoherentStore

  constructor(store: CoherentStore) {
    this.store = store
  }

  /** Resolves or rejects as the commit does; rejects too when the invalidation is not known to have been done. */
  async update<Result>(redisKey: string, commit: () => Promise<Result>): Promise<Result> {
    const writer = randomUUID()
    await this.store.fence(redisKey, writer, FENCE_MS)
    // A renewal that fails is made up for by the next, or shows at the end, which needs the same server.
    const renewal = setInterval(
      () => void this.store.fence(redisKey, writer, FENCE_MS).catch(() => undefined),
      FENCE_MS / 4,
    )
    renewal.unref()
    const committed = await settle(commit)
    clearInterval(renewal)
    // After a failure too: a commit whose answer was lost may have happened.
    const lifted = await settle(() => this.store.unfence(redisKey, writer))
    if ('failure' in committed && 'failure' in lifted)
      throw new AggregateError([committed.failure, lifted.failure], 'the commit failed, and so did the invalidation')
    if ('failure' in committed) throw committed.failure
    if ('failure' in lifted) throw lifted.failure
    return committed.result
  }
}

type Outcome<Result> = { readonly result: Result } | { readonly failure: unknown }

async function settle<Result>(task: () => Promise<Result>): Promise<Outcome<Result>> {
  try {
    return { result: await task() }
  } catch (failure) {
    return { failure }
  }
}
