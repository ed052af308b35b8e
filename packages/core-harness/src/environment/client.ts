import { spawn } from 'node:child_process'
import { openSync, closeSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { DependencyName, LeaseOptions } from './dependency.ts'
import { HarnessError } from './errors.ts'
import { nodeProgram, withCompileCache } from './node-program.ts'
import { receiveLines, sendLine, unpackError } from './protocol.ts'
import type { Answer, Lease, Request, Status } from './protocol.ts'
import { supervisorAddress, supervisorToken } from './supervisor-address.ts'
import { servingVariables } from './variables.ts'
import { stateFolder } from './workspace.ts'

const SUPERVISOR = fileURLToPath(new URL('./supervisor.ts', import.meta.url))
const CONNECT_WITHIN_MS = 15_000
const RETRY_EVERY_MS = 15

/**
 * A connection to the supervisor of this workspace. Leases live as long as it does: the supervisor cleans up after them
 * when it closes, which the kernel does for a process that is killed.
 */
export class EnvironmentClient {
  readonly #socket: Socket
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #nextId = 1

  private constructor(socket: Socket) {
    this.#socket = socket
    receiveLines(socket, (message) => this.#settle(message as Answer))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#abandon())
  }

  /**
   * Connects to the supervisor, and starts one when there is none.
   *
   * @param options.start false: resolves with undefined when there is none
   */
  static async connect(options: { readonly start: false }): Promise<EnvironmentClient | undefined>
  static async connect(options?: { readonly start?: true }): Promise<EnvironmentClient>
  static async connect({ start = true } = {}): Promise<EnvironmentClient | undefined> {
    const deadline = performance.now() + CONNECT_WITHIN_MS
    let socket = await tryToConnect()
    if (!socket && !start) return undefined
    for (let started = false; !socket; socket = await tryToConnect()) {
      if (!started) startSupervisor()
      started = true
      if (performance.now() > deadline)
        throw new HarnessError(`starting the supervisor: it does not answer after ${CONNECT_WITHIN_MS} ms`, {
          remedy: `Its output: ${supervisorLog()}`,
        })
      await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS))
    }
    sendLine(socket, { token: supervisorToken() })
    return new EnvironmentClient(socket)
  }

  /** @throws HarnessError with what is missing or wrong, and what to do */
  async lease(dependency: DependencyName, options: LeaseOptions = {}): Promise<Lease> {
    const variables = servingVariables(dependency)
    return (await this.#ask({ ask: 'lease', dependency, variables, options })) as Lease
  }

  async release(lease: Lease): Promise<void> {
    await this.#ask({ ask: 'release', lease: lease.id })
  }

  /** Starts a shared server and keeps the supervisor until `down`. */
  async up(dependency: DependencyName): Promise<void> {
    await this.#ask({ ask: 'up', dependency, variables: servingVariables(dependency) })
  }

  async status(): Promise<Status> {
    return (await this.#ask({ ask: 'status' })) as Status
  }

  /** Ends the supervisor and all its servers; resolves when it is gone. */
  async down(): Promise<void> {
    const gone = new Promise((resolve) => this.#socket.once('close', resolve))
    await this.#ask({ ask: 'down' })
    await gone
  }

  close(): void {
    this.#socket.destroy()
  }

  #ask(request: Request): Promise<unknown> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(gone())
      this.#waiting.set(id, { resolve, reject })
      sendLine(this.#socket, { id, ...request })
    })
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('error' in answer) waiting?.reject(unpackError(answer.error))
    else waiting?.resolve(answer.result)
  }

  #abandon(): void {
    for (const { reject } of this.#waiting.values()) reject(gone())
    this.#waiting.clear()
  }
}

function gone(): HarnessError {
  return new HarnessError('asking the supervisor: it went away', { remedy: `Its output: ${supervisorLog()}` })
}

function supervisorLog(): string {
  return join(stateFolder('logs'), 'supervisor.log')
}

/** Undefined when nobody listens. */
async function tryToConnect(): Promise<Socket | undefined> {
  return await new Promise((resolve) => {
    const socket = connect(supervisorAddress)
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
    socket.once('error', () => resolve(undefined))
  })
}

function startSupervisor(): void {
  const log = openSync(supervisorLog(), 'a', 0o600)
  const { NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, ...environment } = process.env
  spawn(nodeProgram, ['--disable-warning=ExperimentalWarning', SUPERVISOR], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...environment, ...withCompileCache() },
    cwd: '/',
  }).unref()
  closeSync(log)
}
