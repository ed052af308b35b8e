import { LRUCache } from 'lru-cache'
import type { AnswerStore, Fingerprint } from './answer-store.ts'
import { cosine } from './embedder.ts'

/** Memory for fingerprints that were read from Redis, in bytes: about 15,000 of 512 dimensions. */
const MIRROR_BYTES = 32 * 1024 * 1024
/** Fingerprints asked for in one round trip. */
const BATCH = 200

/** The stored prompts that ask the same as a new one, the likest first. */
export type FindAlike = (scope: string, others: readonly string[], wanted: Fingerprint) => Promise<string[]>

/**
 * Compares a prompt with all others of its scope (1,000 vectors of 512 take about a millisecond, so there is no need for an
 * approximate index). An id stands for one prompt and one fingerprint for ever, so what was read once is
 * kept in memory, and nothing has to be invalidated; whether the answer still lives is asked when it is served.
 */
export function createFindAlike(deps: {
  readonly store: AnswerStore
  readonly similarityThreshold: number
}): FindAlike {
  const mirror = new LRUCache<string, Fingerprint>({
    maxSize: MIRROR_BYTES,
    sizeCalculation: ({ vector, distinctions }) => vector.byteLength + distinctions.byteLength + 128,
  })

  return async (scope, others, wanted) => {
    const known = new Map<string, Fingerprint>()
    const unknown: string[] = []
    for (const id of others) {
      const fingerprint = mirror.get(id)
      if (fingerprint) known.set(id, fingerprint)
      else unknown.push(id)
    }
    for (let start = 0; start < unknown.length; start += BATCH) {
      const ids = unknown.slice(start, start + BATCH)
      const fingerprints = await deps.store.fingerprints(scope, ids)
      fingerprints.forEach((fingerprint, index) => {
        if (!fingerprint) return
        mirror.set(ids[index]!, fingerprint)
        known.set(ids[index]!, fingerprint)
      })
    }
    return rank(known, wanted, deps.similarityThreshold)
  }
}

/** The ids whose distinctions are those wanted and whose similarity reaches the threshold, the likest first. */
export function rank(
  fingerprints: ReadonlyMap<string, Fingerprint>,
  wanted: Fingerprint,
  similarityThreshold: number,
): string[] {
  const alike: { id: string; similarity: number }[] = []
  for (const [id, { vector, distinctions }] of fingerprints) {
    if (Buffer.compare(distinctions, wanted.distinctions) !== 0) continue
    if (vector.length !== wanted.vector.length) continue
    const similarity = cosine(vector, wanted.vector)
    if (similarity >= similarityThreshold) alike.push({ id, similarity })
  }
  return alike.sort((a, b) => b.similarity - a.similarity).map(({ id }) => id)
}
