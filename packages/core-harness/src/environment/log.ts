import { closeSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'

import { stateFolder } from './workspace.ts'

/** Of the supervisor itself. */
export const SUPERVISOR_LOG = 'supervisor.log'
const KEPT = 200
const PRUNE_EVERY = 50
const LAST_BYTES = 8 * 1024

/** The log of one server, kept after it has ended. */
export interface ServerLog {
  readonly file: string
  /** An open file for the output of the server's processes. */
  readonly descriptor: number
  close(): void
  /** The last lines, at most `count`, with secrets blotted out. */
  lastLines(count: number, secrets: readonly string[]): Promise<string>
}

let opened = 0

export function openLog(name: string): ServerLog {
  if (++opened % PRUNE_EVERY === 0) pruneLogs() // A long run leases thousands of servers.
  const file = join(stateFolder('logs'), `${name}.log`)
  const descriptor = openSync(file, 'a', 0o600)
  let isOpen = true
  return {
    file,
    descriptor,
    close() {
      if (isOpen) closeSync(descriptor)
      isOpen = false
    },
    lastLines: (count, secrets) => readLast(file, count, secrets),
  }
}

async function readLast(file: string, count: number, secrets: readonly string[]): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const from = Math.max(0, size - LAST_BYTES)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from)
    const lines = buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-count).join('\n')
    return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), lines)
  } finally {
    await handle.close()
  }
}

/** Removes all but the newest logs of servers. Those of servers that run are among the newest, or are open and live on unnamed. */
export function pruneLogs(): void {
  const folder = stateFolder('logs')
  const logs = readdirSync(folder)
    .filter((name) => name !== SUPERVISOR_LOG)
    .map((name) => ({
      path: join(folder, name),
      modified: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }))
    .sort((a, b) => b.modified - a.modified)
  for (const { path } of logs.slice(KEPT)) rmSync(path, { force: true })
}
