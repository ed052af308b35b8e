/**
 * The supervisor of a workspace: owns the running dependencies, hands out leases over a local socket, and ends when it has
 * been idle. Started by the first client that finds nobody listening; of several started at once, one gets the name and
 * the others end.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { flushCompileCache } from 'node:module'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSync, rmSync } from 'node:fs'

import { readConfiguration } from './configuration.ts'
import { HarnessError } from './errors.ts'
import { Fleet } from './fleet.ts'
import { Keeper } from './keeper-client.ts'
import { pruneLogs } from './log.ts'
import { packError, receiveLines, sendLine } from './protocol.ts'
import type { Request, Status } from './protocol.ts'
import { supervisorAddress, supervisorToken } from './supervisor-address.ts'
import { stateFolder, workspaceId } from './workspace.ts'

const owner = `${workspaceId}-${randomBytes(4).toString('hex')}`
const token = Buffer.from(supervisorToken())
const idleMs = Number(process.env.HARNESS_IDLE_MS ?? readConfiguration().idleMs)

let pinned = false
let ending: Promise<void> | undefined
let idleTimer: NodeJS.Timeout | undefined
const connections = new Set<Socket>()

const listener = createServer((socket) => serve(socket))
await takeName()
pruneLogs()
const log = openSync(join(stateFolder('logs'), 'supervisor.log'), 'a', 0o600)
const root = join(tmpdir(), `proving-ground-${owner}`)
// Clients may connect from now on; what they ask waits until there is a keeper to clean up behind it.
const fleet = Keeper.start(root, owner, log).then((keeper) => ({ keeper, fleet: new Fleet(owner, root, keeper) }))
fleet.catch((error: unknown) => {
  process.stderr.write(`${packError(error).message}\n`)
  process.exit(1)
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())
watchIdle()
flushCompileCache() // It may be killed before it could write what it compiled.

/** Listens under the workspace's name, or ends this process because another has it. */
async function takeName(): Promise<void> {
  const code = await new Promise<string | undefined>((resolve) => {
    listener.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    listener.listen(supervisorAddress, () => resolve(undefined))
  })
  if (code === undefined) return
  if (code === 'EADDRINUSE' && !supervisorAddress.startsWith('\0') && !(await answers())) {
    rmSync(supervisorAddress, { force: true }) // The socket file of one that was killed.
    return await takeName()
  }
  process.exit(code === 'EADDRINUSE' ? 0 : 1)
}

async function answers(): Promise<boolean> {
  return await new Promise((resolve) => {
    const probe = connect(supervisorAddress)
    probe.on('connect', () => (probe.destroy(), resolve(true)))
    probe.on('error', () => resolve(false))
  })
}

function serve(socket: Socket): void {
  const leases = new Set<string>()
  let isKnown = false
  connections.add(socket)
  watchIdle()
  socket.on('error', () => socket.destroy()) // A client was killed; `close` cleans up after it.
  receiveLines(socket, (message) => {
    if (isKnown) return void answer(socket, leases, message as Request & { id: number })
    isKnown = isToken((message as { token?: unknown }).token)
    if (!isKnown) socket.destroy()
  })
  socket.on('close', () => void forget(socket, leases))
}

async function forget(socket: Socket, leases: Set<string>): Promise<void> {
  const running = await fleet
  const released = await Promise.allSettled([...leases].map((id) => running.fleet.release(id)))
  for (const result of released) if (result.status === 'rejected') report(result.reason)
  connections.delete(socket)
  watchIdle()
}

function isToken(candidate: unknown): boolean {
  const bytes = Buffer.from(String(candidate))
  return bytes.length === token.length && timingSafeEqual(bytes, token)
}

async function answer(socket: Socket, leases: Set<string>, request: Request & { id: number }): Promise<void> {
  try {
    sendLine(socket, { id: request.id, result: await carryOut(socket, leases, request) })
  } catch (error) {
    sendLine(socket, { id: request.id, error: packError(error) })
  }
}

async function carryOut(socket: Socket, leases: Set<string>, request: Request): Promise<unknown> {
  const running = (await fleet).fleet
  if (ending && request.ask !== 'status')
    throw new HarnessError('asking the supervisor: it is ending', { remedy: 'Give the command again.' })
  switch (request.ask) {
    case 'lease': {
      const lease = await running.lease(request, request.options)
      leases.add(lease.id)
      // The holder went away while its lease was being made.
      if (socket.destroyed) await running.release(lease.id)
      return lease
    }
    case 'release':
      await running.release(request.lease)
      leases.delete(request.lease)
      return null
    case 'up':
      await running.up(request)
      pinned = true
      return null
    case 'status':
      return { supervisor: process.pid, pinned, servers: await running.status() } satisfies Status
    case 'down':
      setImmediate(() => void end())
      return null
  }
}

/** Ends this process once nobody has been connected for a while, unless it was told to stay. */
function watchIdle(): void {
  clearTimeout(idleTimer)
  if (connections.size > 0 || pinned) return
  idleTimer = setTimeout(() => void end(), idleMs)
}

function end(): Promise<void> {
  ending ??= (async () => {
    listener.close()
    const { fleet: running, keeper } = await fleet
    await running.end()
    await keeper.finish()
    process.exit(0)
  })()
  return ending
}

function report(error: unknown): void {
  process.stderr.write(`${new Date().toISOString()} ${packError(error).message}\n`)
}
