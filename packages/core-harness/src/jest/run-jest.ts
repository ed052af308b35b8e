import { spawn } from 'node:child_process'
import { join } from 'node:path'

import { nodeProgram } from '../environment/node-program.ts'
import { workspaceRoot } from '../environment/workspace.ts'
import { exitCodeOf } from './exit-code.ts'

/**
 * Runs Jest in a process of its own, in the workspace's Node, with ES modules.
 *
 * @param signal ends it early
 * @returns Jest's exit code
 */
export async function runJest(args: readonly string[], signal?: AbortSignal): Promise<number> {
  const jest = spawn(
    nodeProgram,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(workspaceRoot, 'node_modules/jest/bin/jest.js'),
      ...args,
    ],
    { cwd: workspaceRoot, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  return await exitCodeOf(jest, signal)
}
