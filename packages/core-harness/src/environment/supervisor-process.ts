import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { readIdleMs } from './configuration.ts'
import { HarnessError } from './errors.ts'
import { SUPERVISOR_LOG } from './log.ts'
import { nodeProgram, withCompileCache } from './node-program.ts'
import { homeDirectory, stateFolder } from './workspace.ts'

const SUPERVISOR = fileURLToPath(new URL('./supervisor.ts', import.meta.url))
const LINES_SHOWN = 20
const LONG_LOG_BYTES = 4 * 1024 * 1024

/** Where the supervisor and its keeper write what they have to say. */
export function supervisorLog(): string {
  return join(stateFolder('logs'), SUPERVISOR_LOG)
}

/** A supervisor that was started and is not yet known to be ready. */
export interface StartingSupervisor {
  readonly processId: number | undefined
  /**
   * Whether it has ended because another was there first.
   *
   * @throws HarnessError when it has ended for any other reason
   */
  hasYielded(): boolean
}

/**
 * Starts a supervisor that outlives this process.
 *
 * @throws HarnessError when the configuration that it would read is wrong
 */
export function startSupervisor(): StartingSupervisor {
  readIdleMs()
  startOver(supervisorLog())
  const log = openSync(supervisorLog(), 'a', 0o600)
  const from = fstatSync(log).size
  // What belongs to the test runner or to this client's call is not for a process that serves others too.
  const { NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, NODE_CHANNEL_FD: _channel, ...environment } = process.env
  const supervisor = spawn(nodeProgram, ['--disable-warning=ExperimentalWarning', SUPERVISOR], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...environment, ...withCompileCache(), HARNESS_WORKSPACE: homeDirectory },
    cwd: '/',
  })
  closeSync(log)
  supervisor.unref()
  let failure: string | undefined
  let yielded = false
  supervisor.on('error', (error) => (failure = error.message))
  supervisor.on('exit', (code, signal) => {
    if (code === 0) yielded = true
    else failure = `it ended with ${signal ?? `code ${code}`}`
  })
  return {
    processId: supervisor.pid,
    hasYielded() {
      if (failure === undefined) return yielded
      const lines = readFileSync(supervisorLog())
        .subarray(from)
        .toString('utf8')
        .trimEnd()
        .split('\n')
        .slice(-LINES_SHOWN)
      throw new HarnessError(`starting the supervisor: ${failure}\n${lines.join('\n')}`, {
        remedy: `Its whole output: ${supervisorLog()}`,
      })
    },
  }
}

/** Keeps one older log beside a long one. */
function startOver(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LONG_LOG_BYTES) renameSync(file, `${file}.1`)
}
