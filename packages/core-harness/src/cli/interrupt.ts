/** One Ctrl-C can arrive several times: from the terminal, from npx, and from the Node that handed over to this one. */
const SAME_KEY_PRESS_MS = 500

/** Aborts when the user wants the command to end: Ctrl-C, or a polite kill. A second Ctrl-C ends it at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController()
  let first = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (controller.signal.aborted && performance.now() - first > SAME_KEY_PRESS_MS) process.exit(130)
      if (controller.signal.aborted) return
      first = performance.now()
      controller.abort()
    })
  return controller.signal
}
