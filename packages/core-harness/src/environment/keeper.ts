/**
 * Outlives its supervisor, for as long as it takes to remove what no process guard can: folders, containers, and what
 * leases left on servers that the user gave.
 *
 * Standard input is a pipe from the supervisor, with one JSON object a line: `{"keep": …}` before something is made,
 * `{"drop": …}` after it was removed in order. When the pipe closes, all that is still kept is removed.
 */
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { loadDependency } from './catalog/index.ts'
import { messageOf } from './errors.ts'
import { guardsEnd } from './guard.ts'
import type { Kept } from './keeper-client.ts'
import { receiveLines } from './lines.ts'
import { removeContainers } from './providers/container-reaper.ts'
import { CONTAINERS_FILE, findStaleRoots, ownerOf } from './server-folders.ts'
import { withoutPassword } from './url-secrets.ts'
import { withinTime } from './within-time.ts'

const CLEAN_WITHIN_MS = 9_000
const LOOK_AFTER_MS = [0, 1_000, 2_000]

const [root, owner] = process.argv.slice(2)
if (root === undefined || owner === undefined) {
  process.stderr.write('this program is started by the supervisor, to clean up after it\n')
  process.exit(2)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

const kept = new Map<string, Kept>()
process.stdout.on('error', () => undefined) // The supervisor was killed already, which standard input tells too.
process.stdout.write('ready\n')
const swept = Promise.all(findStaleRoots().map(sweep))
const closed = once(process.stdin, 'close')
receiveLines(process.stdin, (message) => {
  const { keep, drop } = message as { keep?: Kept; drop?: string }
  if (keep) kept.set(keep.id, keep)
  if (keep?.kind === 'containers') writeFileSync(join(root, CONTAINERS_FILE), '')
  if (drop !== undefined) kept.delete(drop)
})
await closed

const deadline = performance.now() + CLEAN_WITHIN_MS
await Promise.all([...kept.values()].map(clean))
await swept
await attempt(`removing ${root}`, () => removeRoot(root))
process.exit(0)

async function clean(thing: Kept): Promise<void> {
  await attempt(`cleaning up ${thing.kind === 'lease' ? `the lease ${thing.lease}` : thing.id}`, async () => {
    if (thing.kind === 'containers') return await removeContainers(owner as string, deadline)
    await withinTime(cleanLease(thing), CLEAN_WITHIN_MS)
  })
}

/**
 * Removes what a lease left, and looks again: what the supervisor had asked the server for when it was killed may be
 * carried out after the first look.
 */
async function cleanLease({
  dependency,
  urls,
  version,
  holder,
  lease,
}: Extract<Kept, { kind: 'lease' }>): Promise<void> {
  const { clean } = await loadDependency(dependency)
  for (const waitMs of LOOK_AFTER_MS) {
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    await clean({ urls, version, holder }, lease)
  }
}

/** Does the work of a keeper that was killed itself. Its guards ended all processes. */
async function sweep(stale: string): Promise<void> {
  await attempt(`removing ${stale}, which was left behind`, async () => {
    if (existsSync(join(stale, CONTAINERS_FILE)))
      await removeContainers(ownerOf(stale), performance.now() + CLEAN_WITHIN_MS)
    await guardsEnd(stale, performance.now() + CLEAN_WITHIN_MS)
    await rm(stale, { recursive: true, force: true })
  })
}

/** What fails is told to the log, and does not keep the rest from being cleaned. */
async function attempt(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    process.stderr.write(`${new Date().toISOString()} ${what}: ${withoutPassword(messageOf(error))}\n`)
  }
}

/** The guards remove the folders of their servers; a folder that was made but has no guard yet goes here. */
async function removeRoot(folder: string): Promise<void> {
  await guardsEnd(folder, deadline)
  while (existsSync(folder)) {
    await rm(folder, { recursive: true, force: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' || performance.now() > deadline) throw error // A dying server still writes.
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
