import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'

import { OWNER_LABEL } from '../../src/environment/providers/container-label.ts'
import { askEngine } from '../../src/environment/providers/docker-engine.ts'
import type { Remaining } from '../scratch/remains.ts'
import type { ScratchWorkspace } from '../scratch/scratch-workspace.ts'
import type { GivenServers } from './given-servers.ts'

/** State of a listening socket in /proc/net/tcp. */
const LISTENING = '0A'

/** What there was when the kill came, whose traces are looked for. */
export interface Before {
  readonly ports: readonly number[]
  readonly processes: readonly Remaining[]
}

/** Everything of a workspace that is still there, in words. Servers are asked only when nothing else is left. */
export async function remainsOf(workspace: ScratchWorkspace, given: GivenServers, before: Before): Promise<string[]> {
  const near = [
    ...workspace.processes().map(({ processId, state, command }) => `the process ${processId} (${state}) ${command}`),
    ...workspace.temporaryFiles().map((name) => `the temporary file ${name}`),
  ]
  if (near.length > 0) return near
  const far = await Promise.all([openPorts(before.ports), given.traces(), containersOf(workspace)])
  return [...far.flat(), ...sharedMemoryOf(before.processes)]
}

/** The ports that processes listen on. */
export function listeningPorts(processIds: readonly number[]): number[] {
  const sockets = new Set(processIds.flatMap(socketsOf))
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    readFileSync(table, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === LISTENING && sockets.has(inode ?? ''))
      .map(([, address = '']) => Number.parseInt(address.split(':')[1] ?? '', 16)),
  )
}

function socketsOf(processId: number): string[] {
  try {
    return readdirSync(`/proc/${processId}/fd`).flatMap((descriptor) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${processId}/fd/${descriptor}`)) ?? []
      return inode === undefined ? [] : [inode]
    })
  } catch {
    return [] // It ended meanwhile.
  }
}

async function openPorts(ports: readonly number[]): Promise<string[]> {
  const open = await Promise.all(ports.map(async (port) => ((await accepts(port)) ? [`the port ${port}`] : [])))
  return open.flat()
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => (socket.destroy(), resolve(true)))
    socket.on('error', () => resolve(false))
  })
}

/** Segments of System V shared memory that one of the processes made. */
function sharedMemoryOf(processes: readonly Remaining[]): string[] {
  const makers = new Set(processes.map(({ processId }) => String(processId)))
  const table = execFileSync('ipcs', ['-m', '-p'], { encoding: 'utf8' }).split('\n')
  return table
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , maker]) => makers.has(maker ?? ''))
    .map(([id]) => `the segment ${id} of shared memory`)
}

async function containersOf(workspace: ScratchWorkspace): Promise<string[]> {
  if (workspace.environment().HARNESS_PROVIDER !== 'container') return []
  const filters = encodeURIComponent(JSON.stringify({ label: [OWNER_LABEL] }))
  const { body } = await askEngine('GET', `/containers/json?all=true&filters=${filters}`, 5_000)
  const containers = JSON.parse(body) as { Id: string; Labels: Record<string, string> }[]
  return containers
    .filter(({ Labels }) => Labels[OWNER_LABEL]?.startsWith(`${workspace.id}-`))
    .map(({ Id }) => `the container ${Id}`)
}
