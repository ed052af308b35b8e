import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { HarnessError } from '../environment/errors.ts'
import { receiveLines } from '../environment/lines.ts'
import { nodeProgram, withCompileCache } from '../environment/node-program.ts'
import { CancelledError, unpackError } from '../environment/protocol.ts'
import { homeDirectory, stateFolder } from '../environment/workspace.ts'
import { askKeeper } from './kept-staging.ts'
import type { KeeperReport, KeptInstance } from './kept-staging.ts'

const KEEPER = fileURLToPath(new URL('./keeper.ts', import.meta.url))

/** Where the token of a kept staging lies, readable by its owner only, for as long as it is kept. */
export function stagingTokenFile(): string {
  return join(stateFolder('staging'), 'token')
}

/**
 * Starts services, each with its dependencies, and keeps them after this process has ended.
 *
 * @param packages the folders of their packages
 * @param signal gives it up; nothing of it is left when the promise is rejected
 * @throws HarnessError when one cannot be started, or a staging is kept already; CancelledError
 */
export async function keepStaging(
  packages: readonly string[],
  instances: number,
  signal: AbortSignal,
): Promise<readonly KeptInstance[]> {
  if ((await askKeeper('status')) !== undefined)
    throw new HarnessError('starting the staging: one is kept already', {
      remedy: 'harness staging status shows it, harness staging down ends it.',
    })
  const logFile = join(stateFolder('logs'), 'staging.log')
  const log = openSync(logFile, 'a', 0o600)
  const { NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, NODE_CHANNEL_FD: _channel, ...environment } = process.env
  const keeper = spawn(
    nodeProgram,
    ['--disable-warning=ExperimentalWarning', KEEPER, String(instances), stagingTokenFile(), ...packages],
    {
      detached: true,
      stdio: ['ignore', 'pipe', log],
      env: { ...environment, ...withCompileCache(), HARNESS_WORKSPACE: homeDirectory },
      cwd: '/',
    },
  )
  closeSync(log)
  let report: KeeperReport | undefined
  const reported = Promise.withResolvers<void>()
  const output = keeper.stdout as NonNullable<typeof keeper.stdout>
  receiveLines(output, (message) => {
    report = message as KeeperReport
    reported.resolve()
  })
  const ended = once(keeper, 'exit')
  const stop = (): void => void keeper.kill('SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.race([reported.promise, ended])
  } finally {
    signal.removeEventListener('abort', stop)
  }
  if (signal.aborted) {
    stop()
    await ended
    throw new CancelledError('starting the staging: it was given up')
  }
  if (report && 'ready' in report) {
    output.destroy()
    keeper.unref()
    return report.ready
  }
  await ended
  if (report) throw unpackError(report.error)
  throw new HarnessError('starting the staging: the process that keeps it ended without a word', {
    remedy: `Its output: ${logFile}`,
  })
}
