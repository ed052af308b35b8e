import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server } from 'node:net'

import { HarnessError } from '../../environment/errors.ts'
import { withinTime } from '../../environment/within-time.ts'
import { pauseProcess, resumeProcess } from '../../staging/process-state.ts'
import type { Closable } from '../adapter.ts'
import { NodeProcess } from './node-process.ts'
import { NODE_GONE, Peer } from './peer.ts'

/** A paused node does not answer. */
const CLOSE_WITHIN_MS = 10_000

/** A node of an adapter in a process of its own, which can be paused, killed and cut off like any service. */
export interface HostedNode<Service extends Closable> {
  /** The service; every call goes over a local socket. */
  readonly service: Service
  readonly processId: number
  /** SIGSTOP; resolves when the process is stopped. */
  pause(): Promise<void>
  /** SIGCONT; resolves when the process runs. */
  resume(): Promise<void>
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
  /** Closes the service, then ends the process. */
  close(): Promise<void>
}

interface Arrival {
  readonly peer: Peer
  readonly processId: number
}

/** Hosts nodes for one test: they all connect to one listener, on the loopback interface, with a token. */
export class Hosting {
  readonly #adapterPath: string
  readonly #processes = new Set<NodeProcess>()
  readonly #arrivals = new Map<string, (arrival: Arrival) => void>()
  #listener: Promise<Server> | undefined
  #hasEnded = false

  constructor(adapterPath: string) {
    this.#adapterPath = adapterPath
  }

  /**
   * Starts a process and opens the adapter in it.
   *
   * @throws HarnessError when the process does not come up, or the adapter does not open, which is then its cause
   */
  async host<Service extends Closable>(options: unknown): Promise<HostedNode<Service>> {
    this.#listener ??= this.#listen()
    const listener = await this.#listener
    if (this.#hasEnded) throw new HarnessError('starting a node: its test has ended')
    const { port } = listener.address() as { port: number }
    const token = randomBytes(16).toString('hex')
    const arrival = new Promise<Arrival>((resolve) => this.#arrivals.set(token, resolve))
    const started = new NodeProcess({ HARNESS_HOST_PORT: String(port), HARNESS_HOST_TOKEN: token })
    this.#processes.add(started)
    try {
      const { peer, processId } = await started.opening(arrival)
      await started.opening(peer.call('open', this.#adapterPath, options)).catch(refuse)
      return new Node<Service>(peer, started, processId)
    } catch (error) {
      await started.stop()
      throw error
    } finally {
      this.#arrivals.delete(token)
    }
  }

  /** Ends all nodes, whatever state they are in, those that are being opened too. */
  async end(): Promise<void> {
    this.#hasEnded = true
    await Promise.all([...this.#processes].map((started) => started.stop()))
    const listener = await this.#listener
    listener?.close()
  }

  async #listen(): Promise<Server> {
    const listener = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => socket.destroy()) // A node that was killed resets its connection; its peer reports it.
      const peer: Peer = new Peer(socket, (token, processId) => {
        const arrived = this.#arrivals.get(String(token))
        if (!arrived) return void socket.destroy() // No node of ours.
        arrived({ peer, processId: Number(processId) })
      })
    })
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    listener.unref()
    return listener
  }
}

class Node<Service extends Closable> implements HostedNode<Service> {
  readonly service: Service
  readonly processId: number
  readonly #peer: Peer
  readonly #process: NodeProcess

  constructor(peer: Peer, started: NodeProcess, processId: number) {
    this.#peer = peer
    this.#process = started
    this.processId = processId
    this.service = serviceBy((path, args) => this.#invoke(path, args)) as Service
  }

  async pause(): Promise<void> {
    await pauseProcess(this.processId)
  }

  async resume(): Promise<void> {
    await resumeProcess(this.processId)
  }

  async kill(): Promise<void> {
    await this.#process.stop()
    this.#peer.close()
  }

  async close(): Promise<void> {
    try {
      if (this.#process.alive) await withinTime(this.service.close(), CLOSE_WITHIN_MS)
    } finally {
      await this.kill()
    }
  }

  async #invoke(path: string[], args: unknown[]): Promise<unknown> {
    try {
      return await this.#peer.call('invoke', path, args)
    } catch (error) {
      if ((error as { code?: unknown }).code !== NODE_GONE || this.#process.wasStopped) throw error
      // It ended by itself: say what of.
      const last = await this.#process.lastWords()
      throw Object.assign(new Error(`${(error as Error).message}; ${last}`, { cause: error }), { code: NODE_GONE })
    }
  }
}

/** An object whose every property path is a method: `service.sessions.get(id)` calls `['sessions', 'get']`. */
function serviceBy(call: (path: string[], args: unknown[]) => Promise<unknown>, path: string[] = []): unknown {
  return new Proxy(() => undefined, {
    // Not a promise: an awaited service stays what it is.
    get: (_, name) => (typeof name === 'symbol' || name === 'then' ? undefined : serviceBy(call, [...path, name])),
    apply: (_, __, args: unknown[]) => call(path, args),
  })
}

/** An adapter that does not open says nothing about its guarantees. */
function refuse(error: Error): never {
  if (error instanceof HarnessError) throw error
  throw new HarnessError(`opening the adapter in a node: ${error.message}`, { cause: error })
}
