import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'

/** A process of this machine, as far as it matters for what belongs to what. */
export interface ProcessEntry {
  readonly id: number
  readonly parentId: number
  readonly groupId: number
  /** One letter: T when it is stopped, Z when it has ended and was not yet noticed by its parent. */
  readonly state: string
}

/** All processes now. One that ends meanwhile may be missing. */
export function listProcesses(): ProcessEntry[] {
  if (!existsSync('/proc/self/stat')) return listByPs()
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readEntry(Number(name)) : []))
}

/** The command lines of all processes now. */
export function listCommandLines(): string[] {
  if (!existsSync('/proc/self/cmdline'))
    return execFileSync('ps', ['-A', '-o', 'command='], { encoding: 'utf8' }).split('\n')
  return readdirSync('/proc').flatMap((name) => {
    try {
      return /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, 'utf8') : []
    } catch {
      return [] // It ended meanwhile.
    }
  })
}

/** The process that runs a guard's command, and all that it started, in sessions of their own too. */
export function processesUnder(guardId: number): ProcessEntry[] {
  const all = listProcesses()
  // What else the guard has started is in the guard's own group.
  const found = all.filter(({ id, parentId, groupId }) => parentId === guardId && groupId === id)
  const groups = new Set(found.map(({ id }) => id))
  found.push(...all.filter(({ id, groupId }) => groups.has(groupId) && !groups.has(id)))
  const ids = new Set(found.map(({ id }) => id))
  for (const { id } of found) {
    for (const child of all) {
      if (child.parentId !== id || ids.has(child.id)) continue
      ids.add(child.id)
      found.push(child)
    }
  }
  return found
}

function readEntry(id: number): ProcessEntry[] {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8')
    // The name before it may hold anything, brackets too.
    const [state = '?', parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return [{ id, state, parentId: Number(parent), groupId: Number(group) }]
  } catch {
    return [] // It ended meanwhile.
  }
}

function listByPs(): ProcessEntry[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,state='], { encoding: 'utf8' })
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [id, parent, group, state = '?'] = line.trim().split(/\s+/)
      return { id: Number(id), parentId: Number(parent), groupId: Number(group), state: state.charAt(0) }
    })
}
