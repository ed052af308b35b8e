/** Aborts when the user wants the command to end: Ctrl-C, or a polite kill. A second Ctrl-C ends it at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())
  return controller.signal
}
