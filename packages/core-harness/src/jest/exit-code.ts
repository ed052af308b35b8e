import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/**
 * Waits until a process has ended.
 *
 * @param signal asks the process to end early, and then waits on
 * @returns its exit code; 130 when a signal ended it
 */
export async function exitCodeOf(child: ChildProcess, signal?: AbortSignal): Promise<number> {
  const interrupt = (): boolean => child.kill('SIGTERM')
  signal?.addEventListener('abort', interrupt, { once: true })
  try {
    const [code] = (await once(child, 'exit')) as [number | null]
    return code ?? 130
  } finally {
    signal?.removeEventListener('abort', interrupt)
  }
}
