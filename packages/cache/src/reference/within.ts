/**
 * Waits for an outcome at most so long; what comes later is of no one's interest.
 *
 * @throws Error `no answer within … ms`
 */
export async function within<Result>(timeoutMs: number, outcome: Promise<Result>): Promise<Result> {
  const { promise: timedOut, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(timeoutMs)} ms`)), timeoutMs)
  try {
    // The race listens to both, so that a rejection that comes too late does not count as unhandled.
    return await Promise.race([outcome, timedOut])
  } finally {
    clearTimeout(timer)
  }
}
