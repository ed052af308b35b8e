import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { stateFolder, workspaceRoot } from './workspace.ts'

const bundled = join(workspaceRoot, 'node_modules/node/bin/node')

/** The Node that the workspace brings, for processes that run TypeScript sources; this one where it was left out. */
export const nodeProgram = existsSync(bundled) ? bundled : process.execPath

/** Lets processes start from compiled code of earlier ones: a node is up in 70 ms instead of 170 ms. */
export function withCompileCache(): { NODE_COMPILE_CACHE: string } {
  return { NODE_COMPILE_CACHE: join(stateFolder('cache'), 'compiled') }
}
