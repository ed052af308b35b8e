import { spawn } from 'node:child_process'
import { join } from 'node:path'

import { nodeProgram } from '../environment/node-program.ts'
import { workspaceRoot } from '../environment/workspace.ts'
import { exitCodeOf } from './exit-code.ts'

/**
 * Runs Jest in a process of its own, in the workspace's Node, with ES modules.
 *
 * @param options.signal ends it early
 * @param options.environment on top of this process's own
 * @returns Jest's exit code
 */
export async function runJest(
  args: readonly string[],
  options: { readonly signal?: AbortSignal; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<number> {
  const jest = spawn(
    nodeProgram,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(workspaceRoot, 'node_modules/jest/bin/jest.js'),
      ...args,
    ],
    { cwd: workspaceRoot, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...options.environment } },
  )
  return await exitCodeOf(jest, options.signal)
}
