import { existsSync, readFileSync, readdirSync, statSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { workspaceId } from './workspace.ts'

/** In a root folder: the process id of the supervisor that it belongs to. */
export const OWNER_FILE = 'supervisor'
/** In a root folder: there once were containers with the owner's label. */
export const CONTAINERS_FILE = 'containers'

const PREFIX = `proving-ground-${workspaceId}-`
/** A folder without a name in it may be one that is being made. */
const UNCLAIMED_MS = 60_000

const MEMORY = '/dev/shm'
/** Room that has to be free in memory, as files and altogether, before servers keep their files there. */
const PLENTY_BYTES = 4 * 1024 ** 3

/**
 * The folder below which servers keep their files, which are thrown away with them: in memory where there is plenty of it,
 * for the 300 files of a database are made in 5 ms there, and in 40 to 100 ms on a disk. `TMPDIR` decides otherwise.
 */
export function temporaryFolder(): string {
  const isChosen = (process.env.TMPDIR ?? '') !== ''
  return !isChosen && hasPlenty(MEMORY) ? MEMORY : tmpdir()
}

function hasPlenty(folder: string): boolean {
  if (!existsSync(folder)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize >= PLENTY_BYTES && process.availableMemory() >= PLENTY_BYTES
}

/** The folder for the files of all servers of one supervisor. */
export function rootOf(owner: string): string {
  return join(temporaryFolder(), `proving-ground-${owner}`)
}

export function ownerOf(root: string): string {
  return basename(root).slice('proving-ground-'.length)
}

/** Folders of supervisors of this workspace that were killed together with their keeper. */
export function findStaleRoots(): string[] {
  return [tmpdir(), MEMORY].filter(existsSync).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => join(folder, name))
      .filter(isStale),
  )
}

function isStale(root: string): boolean {
  try {
    const file = join(root, OWNER_FILE)
    if (!existsSync(file)) return Date.now() - statSync(root).mtimeMs > UNCLAIMED_MS
    return !isSupervisor(Number(readFileSync(file, 'utf8')))
  } catch {
    return false // It went while it was looked at.
  }
}

function isSupervisor(processId: number): boolean {
  try {
    // The number may have been given to another process since.
    if (existsSync('/proc/self/cmdline'))
      return readFileSync(`/proc/${processId}/cmdline`, 'utf8').includes('supervisor')
    return process.kill(processId, 0)
  } catch {
    return false // There is no such process.
  }
}
