import type { Cluster, Redis } from 'ioredis'
import { FIND_ANSWER, SAVE_ANSWER, SERVE_ANSWER, runScript } from './scripts.ts'

/** What is known of a stored prompt besides its answer. */
export interface Fingerprint {
  readonly vector: Float32Array
  /** What an answer hangs on; see `distinctionsOf`. */
  readonly distinctions: Uint8Array
}

/** Answers by scope and prompt id. What it serves is alive by the clock of Redis at the moment of serving. */
export interface AnswerStore {
  /** The answer to exactly this prompt, which counts as used now; otherwise the ids of the scope's other live answers. */
  find(scope: string, id: string): Promise<{ readonly chunks: string[] } | { readonly others: readonly string[] }>
  /** The fingerprints of those prompts that have one of `kind`, in the order of `ids`; undefined for the rest. */
  fingerprints(scope: string, ids: readonly string[]): Promise<(Fingerprint | undefined)[]>
  /** The answer to a prompt found by likeness, which counts as used now; undefined when it has ended meanwhile. */
  serve(scope: string, id: string): Promise<string[] | undefined>
  /** Stores an answer for `ttlMs` from now; above the bound, the least recently used answers of the scope go. */
  save(
    scope: string,
    id: string,
    answer: { chunks: string[]; fingerprint: Fingerprint | undefined },
    ttlMs: number,
  ): Promise<void>
}

const DISTINCTIONS_BYTES = 16

/**
 * Keeps each answer in a hash of its own, which Redis expires and may evict alone, and two sorted sets a scope: `used`
 * (a logical clock) and `expiry` (milliseconds of the clock of Redis). An answer is served only if it is in `used` and
 * its hash is there, so whichever key eviction takes, the worst is a miss. All keys of a scope share a hash tag, and every
 * script names all keys that it touches.
 */
export function createAnswerStore(deps: {
  readonly redis: Redis | Cluster
  readonly keyPrefix: string
  readonly maxEntriesPerScope: number
  /** Name and dimensions of the embedder: fingerprints of another kind are never read. */
  readonly kind: string
}): AnswerStore {
  const { redis } = deps
  const field = `fingerprint:${deps.kind}`
  const { used, expiry, entry } = answerKeys(deps.keyPrefix)

  return {
    async find(scope, id) {
      const keys = [used(scope), expiry(scope), entry(scope, id)]
      const [found, payload] = (await runScript(redis, FIND_ANSWER, keys, [id])) as [number, Buffer | Buffer[]]
      if (found === 1) return { chunks: decodeChunks(payload as Buffer) }
      return { others: (payload as Buffer[]).map((other) => other.toString('latin1')) }
    },
    async fingerprints(scope, ids) {
      const pipeline = redis.pipeline()
      for (const id of ids) pipeline.hgetBuffer(entry(scope, id), field)
      const replies = (await pipeline.exec()) ?? []
      return replies.map(([error, bytes]) => {
        if (error) throw error
        return bytes === null ? undefined : decodeFingerprint(bytes as Buffer)
      })
    },
    async serve(scope, id) {
      const reply = await runScript(redis, SERVE_ANSWER, [used(scope), expiry(scope), entry(scope, id)], [id])
      return reply === null ? undefined : decodeChunks(reply as Buffer)
    },
    async save(scope, id, { chunks, fingerprint }, ttlMs) {
      const print = fingerprint ? [field, encodeFingerprint(fingerprint)] : []
      const evicted = (await runScript(
        redis,
        SAVE_ANSWER,
        [used(scope), expiry(scope), entry(scope, id)],
        [id, Math.ceil(ttlMs), deps.maxEntriesPerScope, 'chunks', JSON.stringify(chunks), ...print],
      )) as Buffer[]
      // Already out of the index, so no longer served; this frees the memory before the TTL would.
      if (evicted.length > 0) await redis.unlink(...evicted.map((other) => entry(scope, other.toString('latin1'))))
    },
  }
}

/** The names of the keys in Redis. */
export function answerKeys(keyPrefix: string): {
  used(scope: string): string
  expiry(scope: string): string
  entry(scope: string, id: string): string
} {
  return {
    used: (scope) => `${keyPrefix}llm:{${scope}}:used`,
    expiry: (scope) => `${keyPrefix}llm:{${scope}}:expiry`,
    entry: (scope, id) => `${keyPrefix}llm:{${scope}}:answer:${id}`,
  }
}

/** JSON keeps every chunk, the empty ones and the lone surrogates of a character split between two. */
function decodeChunks(bytes: Buffer): string[] {
  return JSON.parse(bytes.toString('utf8')) as string[]
}

function encodeFingerprint({ vector, distinctions }: Fingerprint): Buffer {
  const bytes = Buffer.alloc(DISTINCTIONS_BYTES + 4 * vector.length)
  bytes.set(distinctions)
  vector.forEach((value, index) => bytes.writeFloatLE(value, DISTINCTIONS_BYTES + 4 * index))
  return bytes
}

function decodeFingerprint(bytes: Buffer): Fingerprint {
  const vector = new Float32Array((bytes.length - DISTINCTIONS_BYTES) / 4)
  for (let index = 0; index < vector.length; index++) vector[index] = bytes.readFloatLE(DISTINCTIONS_BYTES + 4 * index)
  return { vector, distinctions: bytes.subarray(0, DISTINCTIONS_BYTES) }
}
