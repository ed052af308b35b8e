import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { promisify } from 'node:util'

import type { ResourceFigure, ResourceProbe } from './resource-probe.ts'

/** One process of a tree. */
export interface ProcessFigures {
  readonly id: number
  /** Tells it from a later process with the same id, where that is known. */
  readonly startedAt: string
  /** Since it began. */
  readonly cpuSeconds: number
  readonly rssBytes: number
}

/**
 * CPU and memory of a process and all that it started. Memory that processes share counts once for each of them; what a
 * process used between the last look and its end is not seen.
 *
 * @param processId or how to find it, for a service that may be restarted: undefined while there is none
 */
export function processTreeProbe(processId: number | (() => number | undefined)): ResourceProbe {
  const used = new CpuOfTree()
  return async () => {
    const id = typeof processId === 'number' ? processId : processId()
    const processes = id === undefined ? [] : await readTree(id)
    if (processes.length === 0)
      throw new Error(id === undefined ? 'there is no process' : `the process ${id} has ended`)
    const figures: ResourceFigure[] = [
      { metric: 'cpu', unit: 'cores', value: used.add(processes), cumulative: true },
      { metric: 'rss', unit: 'bytes', value: processes.reduce((sum, { rssBytes }) => sum + rssBytes, 0) },
    ]
    return figures
  }
}

/** Sums CPU time over processes that come and go, so that it never falls. */
export class CpuOfTree {
  #last: ReadonlyMap<string, number> | undefined
  #seconds = 0

  /** @returns seconds of CPU since the first call; what a process used before it was first seen counts, but for those of the first call */
  add(processes: readonly ProcessFigures[]): number {
    const now = new Map(processes.map((one) => [`${one.id} ${one.startedAt}`, one.cpuSeconds]))
    for (const [process, seconds] of this.#last === undefined ? [] : now)
      this.#seconds += Math.max(0, seconds - (this.#last?.get(process) ?? 0))
    this.#last = now
    return this.#seconds
  }
}

/** @returns the process and its descendants; none when it has ended */
async function readTree(rootId: number): Promise<ProcessFigures[]> {
  const root = await readProcess(rootId)
  if (root === 'no-proc') return treeFromPs(await listByPs(), rootId)
  const found: ProcessFigures[] = []
  const waiting = root === undefined ? [] : [root]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    found.push(next)
    for (const id of await childrenOf(next.id)) {
      const child = await readProcess(id)
      if (typeof child === 'object') waiting.push(child)
    }
  }
  return found
}

/** Linux shows times in hundredths of a second (USER_HZ), whatever its own clock. */
const TICKS_PER_SECOND = 100

async function readProcess(id: number): Promise<ProcessFigures | 'no-proc' | undefined> {
  if (process.platform !== 'linux') return 'no-proc'
  const [stat, status] = await Promise.all([readProc(`${id}/stat`), readProc(`${id}/status`)])
  return stat === undefined || status === undefined ? undefined : figuresFromProc(id, stat, status)
}

/**
 * Reads `/proc/<id>/stat` and `/proc/<id>/status` (proc(5)).
 *
 * @returns undefined when it has ended, and only waits for its parent to notice
 */
export function figuresFromProc(id: number, stat: string, status: string): ProcessFigures | undefined {
  // The name stands in brackets, and may hold brackets and spaces itself. What follows begins with field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => fields[number - 3] ?? ''
  if (field(3) === 'Z' || field(3) === 'X') return undefined
  const [, kibibytes = '0'] = /^VmRSS:\s*(\d+) kB$/m.exec(status) ?? []
  return {
    id,
    startedAt: field(22),
    cpuSeconds: (Number(field(14)) + Number(field(15))) / TICKS_PER_SECOND,
    rssBytes: Number(kibibytes) * 1_024,
  }
}

/** Each thread has the list of those that it started. */
async function childrenOf(id: number): Promise<number[]> {
  const threads = await readdir(`/proc/${id}/task`).catch(() => [])
  const lists = await Promise.all(threads.map((thread) => readProc(`${id}/task/${thread}/children`)))
  return lists.flatMap((list) => (list ?? '').split(' ').filter(Boolean).map(Number))
}

/** @returns undefined when the process is gone, which can be at any moment */
async function readProc(path: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${path}`, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

type ListedProcess = ProcessFigures & { readonly parentId: number }

async function listByPs(): Promise<ListedProcess[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=,time='], {
    env: { ...process.env, LC_ALL: 'C' },
  })
  return processesFromPs(stdout)
}

/** Reads `ps -o pid=,ppid=,rss=,time=` of POSIX systems: `[[days-]hours:]minutes:seconds`, on macOS with hundredths. */
export function processesFromPs(text: string): ListedProcess[] {
  return text.split('\n').flatMap((line) => {
    const [, id, parentId, kibibytes, days = '0', hours = '0', minutes, seconds] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\s*$/.exec(line) ?? []
    if (id === undefined) return []
    const cpuSeconds = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)
    return [
      { id: Number(id), parentId: Number(parentId), startedAt: '', cpuSeconds, rssBytes: Number(kibibytes) * 1_024 },
    ]
  })
}

export function treeFromPs(processes: readonly ListedProcess[], rootId: number): ProcessFigures[] {
  const found = processes.filter(({ id }) => id === rootId)
  // The list grows while it is walked: the children of children follow.
  for (const { id } of found) found.push(...processes.filter(({ parentId, id: own }) => parentId === id && own !== id))
  return found
}
