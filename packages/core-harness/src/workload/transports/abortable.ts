/** What can end early: the context of an operation, or anything with a signal. */
export interface Abortable {
  readonly signal?: AbortSignal
  /**
   * Calls back once, at once when it has ended already. It is asked before the signal, which costs more than a request to
   * a local service does.
   */
  readonly onAbort?: (callback: (reason: Error) => void) => void
}

/** @returns ends the listening; undefined when there is nothing to end */
export function whenAborted(
  operation: Abortable | undefined,
  callback: (reason: Error) => void,
): (() => void) | undefined {
  if (operation?.onAbort) {
    operation.onAbort(callback)
    return undefined
  }
  const signal = operation?.signal
  if (!signal) return undefined
  const listener = (): void => {
    const reason: unknown = signal.reason
    callback(reason instanceof Error ? reason : new Error(String(reason)))
  }
  if (signal.aborted) listener()
  else signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}
