/** What the cache could not do. The caller of the model is served all the same, at the price of a call. */
export class LlmCacheError extends Error {
  override readonly name = 'LlmCacheError'
  readonly operation: 'lookup' | 'embed' | 'save'

  constructor(operation: LlmCacheError['operation'], cause: unknown) {
    super(`${CONSEQUENCES[operation]}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.operation = operation
  }
}

const CONSEQUENCES = {
  lookup: 'looking for a stored answer failed, so the model is called; check Redis',
  embed: 'embedding the prompt failed, so only its exact repetitions are found; check the embedder',
  save: 'storing an answer failed, so the next such request calls the model; check Redis',
} as const

/** Redis did not answer in time. The command may still take effect. */
export class RedisDeadlineError extends Error {
  override readonly name = 'RedisDeadlineError'

  constructor(deadlineMs: number) {
    super(`Redis did not answer within ${deadlineMs} ms`)
  }
}

/**
 * Settles as `work` does, or fails when that takes too long: a client that waits for its connection to come back
 * would otherwise hold the caller for as long.
 *
 * @throws RedisDeadlineError after `deadlineMs`
 */
export async function withinDeadline<Result>(work: Promise<Result>, deadlineMs: number): Promise<Result> {
  const { promise: expired, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new RedisDeadlineError(deadlineMs)), deadlineMs)
  try {
    return await Promise.race([work, expired])
  } finally {
    clearTimeout(timer)
  }
}
