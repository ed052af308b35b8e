import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

import { HarnessError } from '../environment/errors.ts'

const CHANGES_WITHIN_MS = 5_000
const LOOK_EVERY_MS = 2

/** SIGSTOP; resolves when the process is stopped. */
export async function pauseProcess(processId: number): Promise<void> {
  process.kill(processId, 'SIGSTOP')
  await reaches(processId, true)
}

/** SIGCONT; resolves when the process runs. */
export async function resumeProcess(processId: number): Promise<void> {
  process.kill(processId, 'SIGCONT')
  await reaches(processId, false)
}

async function reaches(processId: number, stopped: boolean): Promise<void> {
  const deadline = performance.now() + CHANGES_WITHIN_MS
  while (stateOf(processId).startsWith('T') !== stopped) {
    if (performance.now() > deadline)
      throw new HarnessError(`process ${processId} was told to ${stopped ? 'stop' : 'go on'} and did not`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

/** One letter; T when the process is stopped. */
function stateOf(processId: number): string {
  if (!existsSync('/proc/self/stat'))
    return execFileSync('ps', ['-o', 'state=', '-p', String(processId)], { encoding: 'utf8' }).trim()
  const stat = readFileSync(`/proc/${processId}/stat`, 'utf8')
  return stat[stat.lastIndexOf(')') + 2] ?? '?'
}
