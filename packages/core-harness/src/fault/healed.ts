import { setTimeout as delay } from 'node:timers/promises'

import { loadDependency } from '../environment/catalog/index.ts'
import { HarnessError, messageOf } from '../environment/errors.ts'
import type { Lease } from '../environment/protocol.ts'
import { withinTime } from '../environment/within-time.ts'

const TRY_EVERY_MS = 10
/** One try may meet a connection that says nothing for ever. */
const TRY_WITHIN_MS = 2_000

/**
 * Waits until a real operation succeeds: before that, what a checker reads says nothing about the time after the fault.
 *
 * @param options.verify one operation; it is tried again until it resolves
 * @throws HarnessError with what the last try found
 */
export async function untilHealed({
  verify,
  withinMs,
  describe = 'the system',
}: {
  readonly verify: () => Promise<unknown>
  readonly withinMs: number
  readonly describe?: string
}): Promise<void> {
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      await withinTime(verify(), Math.max(1, Math.min(TRY_WITHIN_MS, deadline - performance.now())))
      return
    } catch (error) {
      if (performance.now() >= deadline)
        throw new HarnessError(
          `waiting until ${describe} works again after a fault: not within ${withinMs} ms (${messageOf(error)})`,
          { cause: error },
        )
    }
    await delay(TRY_EVERY_MS)
  }
}

/**
 * A real operation on a lease over its own protocol, by way of its URLs: through the proxies, where it has some.
 *
 * @throws whatever the client library throws while it does not answer
 */
export async function verifyLease({ dependency, urls }: Pick<Lease, 'dependency' | 'urls'>): Promise<void> {
  const { probe, probeLease = probe } = await loadDependency(dependency)
  await probeLease(urls)
}
