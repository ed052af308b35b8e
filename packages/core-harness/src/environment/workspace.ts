import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { HarnessError, messageOf } from './errors.ts'

/** The root folder of the workspace that this harness is part of. */
export const workspaceRoot = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '')

/**
 * The folder with the configuration file and the state, and what a supervisor belongs to: the workspace, unless
 * `HARNESS_WORKSPACE` names another. Two folders are two supervisors that know nothing of each other.
 */
export const homeDirectory = resolve(process.env.HARNESS_WORKSPACE || workspaceRoot)

/** Where runs, logs and caches are kept; ignored by git. */
export const stateDirectory = join(homeDirectory, '.proving-ground')

/**
 * A folder below the state directory, made when it is not there, readable by its owner only.
 *
 * @throws HarnessError when it cannot be made
 */
export function stateFolder(name: string): string {
  const folder = join(stateDirectory, name)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new HarnessError(`making the folder ${folder}: ${messageOf(error)}`, {
      remedy: `Make ${homeDirectory} writable, or set HARNESS_WORKSPACE to a folder that is.`,
      cause: error,
    })
  }
  return folder
}

/** Eight hexadecimal digits that tell this workspace, as seen by this user, from every other on the machine. */
export const workspaceId = createHash('sha256')
  .update(`${process.getuid?.() ?? 'user'}:${homeDirectory}`)
  .digest('hex')
  .slice(0, 8)
