import { setTimeout as delay } from 'node:timers/promises'

import { HarnessError } from './errors.ts'
import { listProcesses, processesUnder } from './process-table.ts'

const CHANGES_WITHIN_MS = 5_000
const LOOK_EVERY_MS = 2
/** A process that was started while the table was read may be missing from it. */
const SAME_LOOKS = 2

/**
 * SIGSTOP to all processes of a guard's command; resolves when all are stopped.
 *
 * @throws HarnessError when there are none, or one does not stop
 */
export async function stopUnder(guardId: number): Promise<void> {
  await signalUntil(guardId, 'SIGSTOP', (state) => state === 'T')
}

/** SIGCONT to all processes of a guard's command; resolves when none is stopped. */
export async function continueUnder(guardId: number): Promise<void> {
  await signalUntil(guardId, 'SIGCONT', (state) => state !== 'T')
}

/**
 * Does what ends a guard's command; resolves when all of its processes are gone: what holds a port is often not the one that
 * the guard waits for.
 *
 * @throws HarnessError when one stays
 */
export async function goneAfter(guardId: number, end: () => Promise<void>): Promise<void> {
  const ids = new Set(processesUnder(guardId).map(({ id }) => id))
  await end()
  const deadline = performance.now() + CHANGES_WITHIN_MS
  for (;;) {
    const left = listProcesses().find(({ id, state }) => ids.has(id) && state !== 'Z')
    if (!left) return
    if (performance.now() > deadline) throw new HarnessError(`ending a server: its process ${left.id} does not end`)
    await delay(LOOK_EVERY_MS)
  }
}

async function signalUntil(
  guardId: number,
  signal: 'SIGSTOP' | 'SIGCONT',
  isReached: (state: string) => boolean,
): Promise<void> {
  const deadline = performance.now() + CHANGES_WITHIN_MS
  for (let looks = 0; looks < SAME_LOOKS;) {
    const living = processesUnder(guardId).filter(({ state }) => state !== 'Z')
    if (living.length === 0) throw new HarnessError(`sending ${signal} to a server: its processes have ended`)
    const others = living.filter(({ state }) => !isReached(state))
    looks = others.length === 0 ? looks + 1 : 0
    for (const { id } of others) send(id, signal)
    if (performance.now() > deadline)
      throw new HarnessError(`sending ${signal} to a server: the process ${others[0]?.id} does not heed it`)
    if (others.length > 0) await delay(LOOK_EVERY_MS)
  }
}

function send(processId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(processId, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // It ended meanwhile.
  }
}
