import { spawn } from 'node:child_process'
import { join } from 'node:path'

import { exitCodeOf } from '../jest/exit-code.ts'
import { workspaceRoot } from '../environment/workspace.ts'
import type { RunDirectory } from '../run/run-directory.ts'

/**
 * Runs Nx targets of all packages that have them, in one run: what they report goes into its folder. Results of earlier
 * runs are not used, because a restored task reports nothing.
 *
 * @returns Nx's exit code
 */
export async function runTargets(
  targets: readonly string[],
  directory: RunDirectory,
  options: {
    readonly projects?: readonly string[]
    readonly environment?: NodeJS.ProcessEnv
    readonly signal: AbortSignal
  },
): Promise<number> {
  const projects = options.projects === undefined ? [] : ['--projects', options.projects.join(',')]
  const nx = spawn(
    join(workspaceRoot, 'node_modules/.bin/nx'),
    ['run-many', '-t', targets.join(','), ...projects, '--skip-nx-cache', '--output-style=stream', '--parallel=2'],
    {
      cwd: workspaceRoot,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...options.environment, HARNESS_RUN_DIRECTORY: directory.path, NX_TUI: 'false' },
    },
  )
  return await exitCodeOf(nx, options.signal)
}
