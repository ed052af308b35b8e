import { setTimeout as delay } from 'node:timers/promises'

/** Waits for a change, or for a time, whichever comes first. */
export async function firstOf(changed: Promise<void>, timeoutMs: number): Promise<void> {
  const timer = new AbortController()
  await Promise.race([changed, delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined)])
  timer.abort()
}
