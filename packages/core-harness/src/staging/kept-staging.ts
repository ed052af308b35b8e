import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { receiveLines } from '../environment/lines.ts'
import { sendLine, type packError } from '../environment/protocol.ts'
import { supervisorToken } from '../environment/supervisor-address.ts'
import { workspaceId } from '../environment/workspace.ts'

const ANSWERS_WITHIN_MS = 2_000

/** Where the process that keeps a staging listens; as the supervisor's, a name that the kernel frees with its owner. */
export const keeperAddress =
  process.platform === 'linux'
    ? `\0proving-ground-staging-${workspaceId}`
    : join(tmpdir(), `proving-ground-staging-${workspaceId}.sock`)

/** One instance that `harness staging up` keeps. */
export interface KeptInstance {
  readonly service: string
  readonly url: string
  readonly processId: number
}

export type KeeperQuestion = 'status' | 'down'

/** How the start went, as the keeper says it on its standard output. */
export type KeeperReport =
  { readonly ready: readonly KeptInstance[] } | { readonly error: ReturnType<typeof packError> }

/** The instances that `harness staging up` keeps for this workspace; none when it keeps nothing. */
export async function keptStaging(): Promise<readonly KeptInstance[]> {
  return (await askKeeper('status')) ?? []
}

/**
 * Asks the process that keeps a staging.
 *
 * @returns what it keeps; undefined when there is no such process. To `down` it answers by ending.
 */
export async function askKeeper(question: KeeperQuestion): Promise<readonly KeptInstance[] | undefined> {
  const token = supervisorToken()
  return await new Promise((resolve) => {
    const socket = connect(keeperAddress)
    let answer: readonly KeptInstance[] | undefined
    socket.on('connect', () => sendLine(socket, { token, ask: question }))
    socket.on('error', () => socket.destroy()) // `close` follows, and tells whoever waits.
    socket.on('close', () => resolve(answer))
    if (question === 'status') socket.setTimeout(ANSWERS_WITHIN_MS, () => socket.destroy())
    receiveLines(socket, (message) => {
      answer = message as readonly KeptInstance[]
      if (question === 'status') socket.destroy()
    })
  })
}
