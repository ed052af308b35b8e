import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { stateFolder, workspaceId } from './workspace.ts'

/**
 * Where the supervisor of this workspace listens. On Linux the name is abstract: it is taken by exactly one process, and
 * the kernel frees it when that process is gone, so there is no stale socket file to argue about.
 */
export const supervisorAddress =
  process.platform === 'linux'
    ? `\0proving-ground-${workspaceId}`
    : join(tmpdir(), `proving-ground-${workspaceId}.sock`)

/** What a client shows first, for any local user can reach an abstract name; only this user can read the file. */
export function supervisorToken(): string {
  const file = join(stateFolder('cache'), 'supervisor-token')
  if (!existsSync(file)) {
    const draft = `${file}.${process.pid}`
    writeFileSync(draft, randomBytes(24).toString('hex'), { mode: 0o600 })
    try {
      linkSync(draft, file) // Fails when another process was first; then its token counts.
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      rmSync(draft)
    }
  }
  return readFileSync(file, 'utf8')
}
