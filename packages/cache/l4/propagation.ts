import { setTimeout as delay } from 'node:timers/promises'

/** As long as this is watched after an acknowledgement, stale or not: more than twice the bound that is judged. */
const WATCHED_MS = 120
/** A service that is stale for longer will not hear of it any more. */
const GIVEN_UP_AFTER_MS = 1_000
const PAUSE_MS = 2

/**
 * Watches how long a change takes to be seen: reads again and again from the acknowledgement on.
 *
 * @param isStale one read, that says whether it still saw what was before
 * @param acknowledgedAtMs of `performance.now()`
 * @returns how many milliseconds after the acknowledgement the last stale read began; 0 when none was
 */
export async function lastStaleRead(isStale: () => Promise<boolean>, acknowledgedAtMs: number): Promise<number> {
  let lastMs = 0
  for (;;) {
    const beganAfterMs = performance.now() - acknowledgedAtMs
    const stale = await isStale()
    if (stale) lastMs = Math.max(lastMs, beganAfterMs)
    if (beganAfterMs > GIVEN_UP_AFTER_MS || (!stale && beganAfterMs > WATCHED_MS)) return lastMs
    await delay(PAUSE_MS)
  }
}
