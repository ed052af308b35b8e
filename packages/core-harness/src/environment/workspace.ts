import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root folder of the workspace that this harness is part of. */
export const workspaceRoot = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '')

/** Where runs, logs and caches are kept; ignored by git. */
export const stateDirectory = join(workspaceRoot, '.proving-ground')

/** A folder below the state directory, made when it is not there, readable by its owner only. */
export function stateFolder(name: string): string {
  const folder = join(stateDirectory, name)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** Eight hexadecimal digits that tell this workspace, as seen by this user, from every other on the machine. */
export const workspaceId = createHash('sha256')
  .update(`${process.getuid?.() ?? 'user'}:${workspaceRoot}`)
  .digest('hex')
  .slice(0, 8)
