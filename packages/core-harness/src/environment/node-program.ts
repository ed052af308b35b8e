import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { workspaceRoot } from './workspace.ts'

const bundled = join(workspaceRoot, 'node_modules/node/bin/node')

/** The Node that the workspace brings, for processes that run TypeScript sources; this one where it was left out. */
export const nodeProgram = existsSync(bundled) ? bundled : process.execPath
