/** What can end early: the context of an operation, or anything with a signal. */
export interface Abortable {
  readonly signal?: AbortSignal
  /**
   * Calls back once, at once when it has ended already. It is asked before the signal, which costs more than a request to
   * a local service does.
   */
  readonly onAbort?: (callback: (reason: unknown) => void) => void
}
