import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

/** A process that belongs to a folder. */
export interface Remaining {
  readonly processId: number
  readonly command: string
  /** One letter; Z for one that has ended and waits to be noticed by its parent. */
  readonly state: string
  readonly parentId: number
}

/**
 * The processes whose environment, command line or working directory mentions a folder. A process that has ended but was
 * not yet noticed by process 1 does not count: it holds nothing, and noticing is the business of the machine's process 1,
 * which in a container may be one that never does.
 */
export function processesOf(folder: string): Remaining[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => isOf(name, folder))
    .map(describe)
    .filter((found) => found !== undefined)
    .filter(({ state, parentId }) => !(state === 'Z' && parentId === 1))
}

function isOf(name: string, folder: string): boolean {
  const read = (): string[] => [
    readFileSync(`/proc/${name}/cmdline`, 'utf8'),
    readFileSync(`/proc/${name}/environ`, 'utf8'),
    readlinkSync(`/proc/${name}/cwd`),
  ]
  try {
    return read().some((text) => text.includes(folder))
  } catch {
    return false // It ended meanwhile, or is of another user.
  }
}

function describe(name: string): Remaining | undefined {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
    const [state = '?', parent = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return { processId: Number(name), command, state, parentId: Number(parent) }
  } catch {
    return undefined // It ended meanwhile.
  }
}
