import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { HarnessError } from '../environment/errors.ts'
import { nodeProgram } from '../environment/node-program.ts'
import type { Checkout } from './compare-checkout.ts'
import { suitesOf } from './history-metrics.ts'
import type { RunMetric } from './history-metrics.ts'
import { RunDirectory } from './run-directory.ts'

const LINES_SHOWN = 15
const DOWN_WITHIN_MS = 30_000

/**
 * Runs a suite once on one version, quick, and gives what it measured.
 *
 * @param suite `cache:l4`, a target of Nx
 * @param directory for what the run leaves, and its output
 * @throws HarnessError when nothing was measured, with the end of what the run said
 */
export async function runSide(
  checkout: Checkout,
  suite: string,
  directory: string,
  signal: AbortSignal,
): Promise<readonly RunMetric[]> {
  mkdirSync(directory, { recursive: true })
  const nx = join(checkout.directory, 'node_modules/.bin/nx')
  if (!existsSync(nx))
    throw new HarnessError(`running ${suite} on ${checkout.name}: there is no ${nx}`, {
      remedy: `Install its packages: cd ${checkout.directory} && npm ci`,
    })
  const log = join(directory, 'output.log')
  const output = openSync(log, 'w')
  const run = spawn(nx, ['run', suite, '--skip-nx-cache'], {
    cwd: checkout.directory,
    stdio: ['ignore', output, output],
    env: {
      ...process.env,
      HARNESS_QUICK: '1',
      HARNESS_WORKSPACE: checkout.directory,
      HARNESS_RUN_DIRECTORY: directory,
      NX_DAEMON: 'false',
      NX_TUI: 'false',
    },
  })
  const end = () => run.kill('SIGTERM')
  signal.addEventListener('abort', end, { once: true })
  try {
    await once(run, 'exit')
  } finally {
    signal.removeEventListener('abort', end)
    closeSync(output)
  }
  if (signal.aborted) return []
  const parts = new RunDirectory(directory, true).readParts()
  const metrics = parts.flatMap(suitesOf).flatMap((one) => (one.suite === suite ? one.metrics : []))
  if (metrics.some(({ value }) => value !== null)) return metrics
  const said = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LINES_SHOWN)
  // A worktree that was made for the comparison is gone when this is read.
  const where = checkout.isTemporary ? `with ${checkout.name} checked out` : `in ${checkout.directory}`
  throw new HarnessError(`running ${suite} on ${checkout.name}: nothing was measured\n${said.join('\n')}`, {
    remedy: `All that it said is in ${log}. By itself it is run by HARNESS_QUICK=1 npx nx run ${suite}, ${where}.`,
  })
}

/** Ends what the runs of a version keep running: its supervisor, with the dependencies that it started. */
export async function bringDown(checkout: Checkout): Promise<void> {
  const harness = join(checkout.directory, 'packages/core-harness/bin/harness.mjs')
  if (!existsSync(harness)) return
  const down = spawn(nodeProgram, [harness, 'down'], {
    cwd: checkout.directory,
    stdio: 'ignore',
    timeout: DOWN_WITHIN_MS,
    env: { ...process.env, HARNESS_WORKSPACE: checkout.directory },
  })
  await once(down, 'exit')
}
