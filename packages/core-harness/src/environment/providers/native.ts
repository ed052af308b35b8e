import { mkdir, rm } from 'node:fs/promises'

import type { Dependency, LeaseOptions, NativeSite } from '../dependency.ts'
import { spawnGuarded } from '../guard.ts'
import type { GuardedProcess } from '../guard.ts'
import type { ServerLog } from '../log.ts'
import { freePort } from '../port.ts'
import { addressIn } from '../peer-address.ts'
import type { PeerAddress } from '../peer-address.ts'
import { continueUnder, goneAfter, stopUnder } from '../process-stop.ts'
import { findProgram } from '../program.ts'
import type { ServerNode } from '../server-control.ts'
import type { Resolution } from './resolve.ts'

/** A server that runs, however it was started. */
export interface Started {
  readonly urls: readonly string[]
  readonly peerAddress: PeerAddress
  /** In the order of its URLs, where it has several. */
  readonly nodes: readonly ServerNode[]
  /** Settles when the server has ended by itself. */
  readonly ended: Promise<unknown>
  stop(): Promise<void>
}

/** Starts a dependency as processes of this machine, in a folder that goes when they end. */
export async function startNative(
  dependency: Dependency,
  resolution: Extract<Resolution, { provider: 'native' }>,
  site: {
    readonly directory: string
    readonly log: ServerLog
    readonly options: LeaseOptions
    readonly secret: string
  },
): Promise<Started> {
  const { limits, installation } = resolution
  const processes: GuardedProcess[] = []
  const nodes: ServerNode[] = []
  // Readable for all: a server that runs under another account has to reach its files. Secrets in it are closed one by one.
  await mkdir(site.directory, { recursive: true, mode: 0o711 })
  const spawn: NativeSite['spawn'] = (command) => {
    const limited = withLimits(command, limits.openFiles, command.limitMemory ? limits.memoryBytes : undefined)
    const defaults = { cwd: site.directory, directory: site.directory, output: site.log.descriptor }
    const started = spawnGuarded({ ...defaults, ...command, ...limited })
    processes.push(started)
    nodes.push(nodeOf(started, command.orderlySignal ?? 'TERM'))
    return started
  }
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((started) => started.stop()))
    await rm(site.directory, { recursive: true, force: true })
  }
  try {
    const { directory, options, secret } = site
    const urls = await dependency.native.start({ installation, directory, limits, options, secret, freePort, spawn })
    const ended = Promise.race(processes.map((started) => started.ended))
    return { urls, peerAddress: addressIn(urls[0] ?? ''), nodes, ended, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function nodeOf(guarded: GuardedProcess, orderlySignal: 'TERM' | 'INT'): ServerNode {
  return {
    halt: (how) => goneAfter(guarded.guardId, () => guarded.halt(how === 'outright' ? 'KILL' : orderlySignal)),
    start: () => guarded.start(),
    pause: () => stopUnder(guarded.guardId),
    resume: () => continueUnder(guarded.guardId),
  }
}

/** `prlimit` where there is one: open files, no core dumps, and the memory that one process may write to. */
function withLimits(
  { command, args }: { command: string; args: readonly string[] },
  openFiles: number,
  memoryBytes: number | undefined,
): { command: string; args: readonly string[] } {
  const prlimit = findProgram('prlimit')
  if (prlimit === undefined) return { command, args }
  const memory = memoryBytes === undefined ? [] : [`--data=${memoryBytes}`]
  return { command: prlimit, args: [`--nofile=${openFiles}`, '--core=0', ...memory, '--', command, ...args] }
}
