/**
 * Waits for a task at most so long. The signal is aborted when the time is over; the task's later outcome is then of no
 * one's interest.
 */
export async function within<Result>(
  timeoutMs: number,
  task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  const { promise: timedOut, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const error = new Error(`no answer within ${timeoutMs} ms`)
    reject(error)
    controller.abort(error)
  }, timeoutMs)
  const outcome = task(controller.signal)
  // Lost to the deadline, a rejection would otherwise count as unhandled.
  outcome.catch(() => undefined)
  try {
    return await Promise.race([outcome, timedOut])
  } finally {
    clearTimeout(timer)
  }
}
