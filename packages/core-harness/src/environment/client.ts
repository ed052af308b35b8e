import { connect } from 'node:net'
import type { Socket } from 'node:net'

import type { DependencyName, LeaseOptions } from './dependency.ts'
import { HarnessError } from './errors.ts'
import { receiveLines } from './lines.ts'
import { sendLine, unpackError } from './protocol.ts'
import type { Answer, Lease, Request, ServerAction, Status, Welcome } from './protocol.ts'
import { supervisorAddress, supervisorToken } from './supervisor-address.ts'
import { startSupervisor, supervisorLog } from './supervisor-process.ts'
import type { StartingSupervisor } from './supervisor-process.ts'
import { servingVariables } from './variables.ts'

const CONNECT_WITHIN_MS = 15_000
const RETRY_EVERY_MS = 15

/**
 * A connection to the supervisor of this workspace. Leases live as long as it does: the supervisor cleans up after them
 * when it closes, which the kernel does for a process that is killed. It keeps this process running only while an answer
 * is awaited.
 */
export class EnvironmentClient {
  readonly #socket: Socket
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  /** Whether this client found no supervisor and started the one that it is connected to. */
  readonly startedSupervisor: boolean
  #nextId = 1

  private constructor({ socket, receiver }: Reached, startedSupervisor: boolean) {
    this.#socket = socket
    this.startedSupervisor = startedSupervisor
    receiver.receive = (message) => this.#settle(message as Answer)
    socket.on('close', () => this.#abandon())
    socket.unref()
  }

  /**
   * Connects to the supervisor, and starts one when there is none.
   *
   * @param options.start false: resolves with undefined when there is none
   * @throws HarnessError when none can be started
   */
  static async connect(options: { readonly start: false }): Promise<EnvironmentClient | undefined>
  static async connect(options?: { readonly start?: true }): Promise<EnvironmentClient>
  static async connect({ start = true } = {}): Promise<EnvironmentClient | undefined> {
    const deadline = performance.now() + CONNECT_WITHIN_MS
    let supervisor: StartingSupervisor | undefined
    for (;;) {
      const reached = await reach()
      if (reached) return new EnvironmentClient(reached, reached.processId === supervisor?.processId)
      if (!start) return undefined
      // Where it yielded to another that is gone again, the next one is started.
      if (supervisor === undefined || supervisor.hasYielded()) supervisor = startSupervisor()
      if (performance.now() > deadline)
        throw new HarnessError(`starting the supervisor: it does not answer after ${CONNECT_WITHIN_MS} ms`, {
          remedy: `Its output: ${supervisorLog()}`,
        })
      await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS))
    }
  }

  /**
   * @param call.signal gives the request up; what was made of it is removed before the promise is rejected
   * @throws HarnessError with what is missing or wrong, and what to do; CancelledError
   */
  async lease(
    dependency: DependencyName,
    options: LeaseOptions = {},
    call: { readonly signal?: AbortSignal } = {},
  ): Promise<Lease> {
    const variables = servingVariables(dependency)
    return (await this.#ask({ ask: 'lease', dependency, variables, options }, call.signal)) as Lease
  }

  async release(lease: Lease): Promise<void> {
    await this.#ask({ ask: 'release', lease: lease.id })
  }

  /**
   * Kills, restarts, pauses or resumes the server of a lease, with any provider; the URLs stay the same, and data that the
   * server keeps on disk stays. Resolves when it is so: gone, or answering, or stopped.
   *
   * @param call.node index in the lease's URLs: one node of a cluster, where each is a process
   * @throws NoOwnServerError when others use the server, or the node cannot be had by itself; HarnessError
   */
  async control(
    lease: Pick<Lease, 'id'>,
    action: ServerAction,
    { node, signal }: { readonly node?: number; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    await this.#ask({ ask: 'control', lease: lease.id, action, ...(node !== undefined && { node }) }, signal)
  }

  /** Starts a shared server and keeps the supervisor until `down`. */
  async up(dependency: DependencyName, call: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.#ask({ ask: 'up', dependency, variables: servingVariables(dependency) }, call.signal)
  }

  async status(): Promise<Status> {
    return (await this.#ask({ ask: 'status' })) as Status
  }

  /** Ends the supervisor and all its servers; resolves when it is gone. */
  async down(): Promise<void> {
    const gone = new Promise((resolve) => this.#socket.once('close', resolve))
    await this.#ask({ ask: 'down' })
    this.#socket.ref()
    await gone
  }

  close(): void {
    this.#socket.destroy()
  }

  #ask(request: Request, signal?: AbortSignal): Promise<unknown> {
    const id = this.#nextId++
    const cancel = (): void => sendLine(this.#socket, { id: this.#nextId++, ask: 'cancel', request: id })
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(gone())
      this.#socket.ref()
      this.#waiting.set(id, { resolve, reject })
      sendLine(this.#socket, { id, ...request })
      if (signal?.aborted) cancel()
      else signal?.addEventListener('abort', cancel, { once: true })
    }).finally(() => signal?.removeEventListener('abort', cancel))
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) this.#socket.unref()
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

interface Receiver {
  receive(message: unknown): void
}

interface Reached {
  readonly socket: Socket
  readonly receiver: Receiver
  /** Of the supervisor. */
  readonly processId: number
}

/** A connection over which the supervisor has said welcome. Undefined when there is none, or it is about to end. */
async function reach(): Promise<Reached | undefined> {
  const token = supervisorToken()
  return await new Promise((resolve) => {
    const socket = connect(supervisorAddress)
    const receiver: Receiver = {
      receive(message) {
        socket.setTimeout(0)
        resolve({ socket, receiver, processId: (message as Welcome).welcome })
      },
    }
    socket.on('connect', () => sendLine(socket, { token }))
    socket.on('error', () => socket.destroy()) // `close` follows, and tells whoever waits.
    socket.on('close', () => resolve(undefined))
    socket.setTimeout(CONNECT_WITHIN_MS, () => socket.destroy())
    receiveLines(socket, (message) => receiver.receive(message))
  })
}
