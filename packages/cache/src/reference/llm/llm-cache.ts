import type { Cluster, Redis } from 'ioredis'
import type { LlmCacheOptions, LlmResponseCache } from '../../contract.ts'
import { recordStream, replayStream } from './answer-stream.ts'
import { createAnswerStore } from './answer-store.ts'
import type { Fingerprint } from './answer-store.ts'
import { chooseEmbedder } from './choose-embedder.ts'
import { distinctionsOf } from './distinctions.ts'
import type { Embedder } from './embedder.ts'
import { LlmCacheError, withinDeadline } from './errors.ts'
import { createFindAlike } from './likeness.ts'
import { promptIdOf, scopeOf } from './scope.ts'

const MAX_ENTRIES_PER_SCOPE = 1000
/** Longer than any healthy Redis takes, shorter than a call of a model. */
const REDIS_DEADLINE_MS = 2000

/** The parts of the cache, each of which can be replaced. */
export interface LlmParts {
  readonly scopeOf: typeof scopeOf
  readonly promptIdOf: typeof promptIdOf
  readonly distinctionsOf: typeof distinctionsOf
  readonly createAnswerStore: typeof createAnswerStore
  readonly createFindAlike: typeof createFindAlike
  readonly recordStream: typeof recordStream
  readonly replayStream: typeof replayStream
}

export interface LlmCacheDeps {
  /** Stays the caller's: closing the cache does not close it. */
  readonly redis: Redis | Cluster
  readonly keyPrefix: string
  readonly options: LlmCacheOptions
  /** What the environment chooses unless given. */
  readonly embedder?: Embedder
  /** Told of every failure that the caller was shielded from; a process warning unless given. */
  readonly onError?: (error: LlmCacheError) => void
  readonly redisDeadlineMs?: number
  readonly parts?: Partial<LlmParts>
}

/**
 * Answers of language models, first by the exact request, then by likeness of the prompt within the same scope, then by
 * calling the model. Nothing that fails in the cache fails the caller: it is told to `onError` and costs a call.
 *
 * A miss is stored when its stream has completed, before the reader sees the end. Concurrent misses of one prompt each
 * call the model, and the last complete answer stays: readers of a stream stop when they like, and none of them should
 * depend on the pace or the patience of another.
 *
 * @throws RangeError when a threshold, a bound or a TTL is out of range
 * @throws TypeError when a request is no plain data
 */
export function createLlmCache(deps: LlmCacheDeps): LlmResponseCache & { close(): Promise<void> } {
  const embedder = deps.embedder ?? chooseEmbedder(process.env)
  const similarityThreshold = deps.options.similarityThreshold ?? embedder.similarityThreshold
  const maxEntriesPerScope = deps.options.maxEntriesPerScope ?? MAX_ENTRIES_PER_SCOPE
  if (!(similarityThreshold >= 0 && similarityThreshold <= 1))
    throw new RangeError(`opening the LLM cache: similarityThreshold is ${similarityThreshold}; it goes from 0 to 1`)
  if (!Number.isSafeInteger(maxEntriesPerScope) || maxEntriesPerScope < 1)
    throw new RangeError(`opening the LLM cache: maxEntriesPerScope is ${maxEntriesPerScope}; it is 1 or more`)

  const parts: LlmParts = { ...STANDARD_PARTS, ...deps.parts }
  const onError = deps.onError ?? ((error: LlmCacheError) => process.emitWarning(error))
  const deadlineMs = deps.redisDeadlineMs ?? REDIS_DEADLINE_MS
  const kind = `${embedder.name}/${embedder.dimensions}`
  const store = parts.createAnswerStore({ redis: deps.redis, keyPrefix: deps.keyPrefix, maxEntriesPerScope, kind })
  const findAlike = parts.createFindAlike({ store, similarityThreshold })

  /** Settles with undefined when the work fails, and says so. */
  async function attempt<Result>(
    operation: LlmCacheError['operation'],
    work: Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await work
    } catch (error) {
      onError(new LlmCacheError(operation, error))
      return undefined
    }
  }

  async function fingerprintOf(prompt: string): Promise<Fingerprint> {
    const [vector] = await embedder.embed([prompt])
    if (vector?.length !== embedder.dimensions)
      throw new TypeError(
        `${embedder.name} gave ${vector?.length ?? 'no'} dimensions instead of ${embedder.dimensions}`,
      )
    return { vector, distinctions: parts.distinctionsOf(prompt, embedder.sees) }
  }

  return {
    async respond(request, callModel, { ttlMs }) {
      if (!(ttlMs > 0 && ttlMs <= Number.MAX_SAFE_INTEGER))
        throw new RangeError(
          `answering a prompt: ttlMs is ${ttlMs}; pass the milliseconds that the answer may be served`,
        )
      const scope = parts.scopeOf(request)
      const id = parts.promptIdOf(scope, request.prompt)

      const found = await attempt('lookup', withinDeadline(store.find(scope, id), deadlineMs))
      if (found && 'chunks' in found) return { served: 'exact', chunks: parts.replayStream(found.chunks) }

      const fingerprint = attempt('embed', fingerprintOf(request.prompt))
      if (found && found.others.length > 0) {
        const alike = attempt('lookup', withinDeadline(serveAlike(scope, found.others, await fingerprint), deadlineMs))
        const chunks = await alike
        if (chunks) return { served: 'semantic', chunks: parts.replayStream(chunks) }
      }

      const keep = async (chunks: string[]): Promise<void> => {
        const answer = { chunks, fingerprint: await fingerprint }
        await attempt('save', withinDeadline(store.save(scope, id, answer, ttlMs), deadlineMs))
      }
      return { served: 'miss', chunks: parts.recordStream(await callModel(), keep) }
    },
    close: () => Promise.resolve(),
  }

  async function serveAlike(
    scope: string,
    others: readonly string[],
    wanted: Fingerprint | undefined,
  ): Promise<string[] | undefined> {
    if (!wanted) return undefined
    for (const id of await findAlike(scope, others, wanted)) {
      const chunks = await store.serve(scope, id)
      if (chunks) return chunks
    }
    return undefined
  }
}

const STANDARD_PARTS: LlmParts = {
  scopeOf,
  promptIdOf,
  distinctionsOf,
  createAnswerStore,
  createFindAlike,
  recordStream,
  replayStream,
}
