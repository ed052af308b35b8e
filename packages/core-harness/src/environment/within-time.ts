/**
 * Waits for a promise, but not for ever. A promise that is late goes on; what it comes to is dropped.
 *
 * @throws Error when it takes longer than `withinMs`; the signal's reason when that comes first
 */
export async function withinTime<Value>(
  promise: Promise<Value>,
  withinMs: number,
  signal?: AbortSignal,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  let abort: (() => void) | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${Math.ceil(withinMs)} ms`)), withinMs)
    abort = () => reject(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
  })
  promise.catch(() => undefined) // When it is late, that was reported already.
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
    if (abort) signal?.removeEventListener('abort', abort)
  }
}
