/**
 * The supervisor of a workspace: owns the running dependencies, hands out leases over a local socket, and ends when it has
 * been idle. Started by the first client that finds nobody listening; of several started at once, one gets the name and
 * the others end with code 0.
 */
import { randomBytes } from 'node:crypto'
import { openSync, rmSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { connect, createServer } from 'node:net'

import { readIdleMs } from './configuration.ts'
import { HarnessError, messageOf } from './errors.ts'
import { Fleet } from './fleet.ts'
import { Keeper } from './keeper-client.ts'
import { pruneLogs } from './log.ts'
import type { Status } from './protocol.ts'
import { Session } from './session.ts'
import type { Serving } from './session.ts'
import { rootOf } from './server-folders.ts'
import { supervisorAddress, supervisorToken } from './supervisor-address.ts'
import { supervisorLog } from './supervisor-process.ts'
import { withoutPassword } from './url-secrets.ts'
import { workspaceId } from './workspace.ts'

const owner = `${workspaceId}-${randomBytes(4).toString('hex')}`
const token = supervisorToken()
const idleMs = readIdleMs()

let pinned = false
let ending: Promise<void> | undefined
let idleTimer: NodeJS.Timeout | undefined
const sessions = new Set<Session>()

const listener = createServer((socket) => {
  const session = new Session(socket, token, serving)
  sessions.add(session)
  watchIdle()
  void session.ended.then(() => {
    sessions.delete(session)
    watchIdle()
  })
})
await takeName()
pruneLogs()
// Clients may connect from now on; what they ask waits until there is a keeper to clean up behind it.
const started = start()
const serving: Serving = {
  fleet: started.then(({ fleet }) => fleet),
  isEnding: () => ending !== undefined,
  pin: () => (pinned = true),
  status: async (): Promise<Status> => ({ supervisor: process.pid, pinned, servers: (await started).fleet.status() }),
  end: () => void end(),
  report,
}
// Whoever is connected is told why; then there is nothing to stay for.
started.catch((error: unknown) => {
  report(error)
  void end()
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())
watchIdle()
flushCompileCache() // It may be killed before it could write what it compiled.

async function start(): Promise<{ fleet: Fleet; keeper: Keeper }> {
  const root = rootOf(owner)
  const keeper = await Keeper.start(root, owner, openSync(supervisorLog(), 'a', 0o600))
  return { keeper, fleet: new Fleet(owner, root, keeper, report) }
}

/** Listens under the workspace's name, or ends this process because another has it. */
async function takeName(): Promise<void> {
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    listener.once('error', resolve)
    listener.listen(supervisorAddress, () => resolve(undefined))
  })
  if (problem === undefined) return
  if (problem.code !== 'EADDRINUSE') throw problem
  if (supervisorAddress.startsWith('\0') || (await answers())) process.exit(0)
  rmSync(supervisorAddress, { force: true }) // The socket file of one that was killed.
  await takeName()
}

async function answers(): Promise<boolean> {
  return await new Promise((resolve) => {
    const probe = connect(supervisorAddress)
    probe.on('connect', () => (probe.destroy(), resolve(true)))
    probe.on('error', () => resolve(false))
  })
}

/** Ends this process once nobody has been connected for a while, unless it was told to stay. */
function watchIdle(): void {
  clearTimeout(idleTimer)
  if (sessions.size > 0 || pinned) return
  idleTimer = setTimeout(() => void end(), idleMs)
}

function end(): Promise<void> {
  ending ??= endInOrder()
  return ending
}

async function endInOrder(): Promise<void> {
  listener.close()
  let code = 0
  try {
    const { fleet, keeper } = await started
    await fleet.end()
    await keeper.finish()
  } catch (error) {
    report(error)
    code = 1
  }
  await Promise.all([...sessions].map((session) => session.settle()))
  process.exit(code)
}

function report(error: unknown): void {
  const remedy = error instanceof HarnessError && error.remedy !== undefined ? `\n  ${error.remedy}` : ''
  process.stderr.write(`${new Date().toISOString()} ${withoutPassword(messageOf(error))}${remedy}\n`)
}
