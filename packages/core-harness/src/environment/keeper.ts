/**
 * Outlives its supervisor, for as long as it takes to remove what no process guard can: folders, containers, and what
 * leases left on servers that the user gave.
 *
 * Standard input is a pipe from the supervisor, with one JSON object a line: `{"keep": …}` before something is made,
 * `{"drop": …}` after it was removed in order. When the pipe closes, all that is still kept is removed.
 */
import { readdirSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'

import { loadDependency } from './catalog/index.ts'
import { messageOf } from './errors.ts'
import { removeContainers } from './providers/container-reaper.ts'
import type { Kept } from './keeper-client.ts'

const CLEAN_WITHIN_MS = 9_000

const [root, owner] = process.argv.slice(2)
if (root === undefined || owner === undefined) {
  process.stderr.write('this program is started by the supervisor, to clean up after it\n')
  process.exit(2)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

const kept = new Map<string, Kept>()
await mkdir(root, { recursive: true, mode: 0o711 })
process.stdout.write('ready\n')

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as { keep?: Kept; drop?: string }
  if (message.keep) kept.set(message.keep.id, message.keep)
  if (message.drop !== undefined) kept.delete(message.drop)
}

const deadline = performance.now() + CLEAN_WITHIN_MS
const failures = await Promise.all([...kept.values()].map(clean))
await removeRoot()
for (const failure of failures.filter((text) => text !== undefined)) process.stderr.write(`${failure}\n`)
process.exit(0)

async function clean(thing: Kept): Promise<string | undefined> {
  try {
    if (thing.kind === 'containers') await removeContainers(owner as string, deadline)
    else await (await loadDependency(thing.dependency)).clean({ urls: thing.urls, version: thing.version }, thing.lease)
    return undefined
  } catch (error) {
    return `cleaning up ${thing.id}: ${messageOf(error)}`
  }
}

/** The guards remove the folders of their servers; a folder that was made but has no guard yet goes here. */
async function removeRoot(): Promise<void> {
  for (;;) {
    await rm(root as string, { recursive: true, force: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' || performance.now() > deadline) throw error // A dying server still writes.
    })
    if (!exists(root as string)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function exists(folder: string): boolean {
  try {
    readdirSync(folder)
    return true
  } catch {
    return false
  }
}
