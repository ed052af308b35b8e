import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { HarnessError } from '../../environment/errors.ts'
import { spawnGuarded } from '../../environment/guard.ts'
import type { GuardedProcess } from '../../environment/guard.ts'
import { nodeProgram, withCompileCache } from '../../environment/node-program.ts'
import type { Closable } from '../adapter.ts'
import { eventually } from '../eventually.ts'
import { Peer } from './peer.ts'

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))
const OPEN_WITHIN_MS = 20_000

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
  readonly #nodes = new Set<HostedNode<Closable>>()
  readonly #arrivals = new Map<string, (arrival: Arrival) => void>()
  #listener: Promise<Server> | undefined

  constructor(adapterPath: string) {
    this.#adapterPath = adapterPath
  }

  /**
   * Starts a process and opens the adapter in it.
   *
   * @throws HarnessError when the process does not come up; whatever the adapter's `open` throws
   */
  async host<Service extends Closable>(options: unknown): Promise<HostedNode<Service>> {
    this.#listener ??= this.#listen()
    const { port } = (await this.#listener).address() as { port: number }
    const token = randomBytes(16).toString('hex')
    const arrival = new Promise<Arrival>((resolve) => this.#arrivals.set(token, resolve))
    const guarded = spawnGuarded({
      command: nodeProgram,
      args: ['--disable-warning=ExperimentalWarning', CHILD],
      env: { ...nodeEnvironment(), HARNESS_HOST_PORT: String(port), HARNESS_HOST_TOKEN: token },
      stopSignal: 'KILL',
      output: 'pipe',
    })
    const output = keepOutput(guarded)
    try {
      const { peer, processId } = await withinOpening(Promise.race([arrival, diedEarly(guarded, output)]))
      await withinOpening(peer.call('open', this.#adapterPath, options).catch(refuse))
      const node = new Node<Service>(peer, guarded, processId)
      this.#nodes.add(node)
      return node
    } catch (error) {
      await guarded.stop()
      throw error
    } finally {
      this.#arrivals.delete(token)
    }
  }

  /** Ends all nodes, whatever state they are in. */
  async end(): Promise<void> {
    await Promise.all([...this.#nodes].map((node) => node.kill()))
    const listener = await this.#listener
    listener?.close()
  }

  async #listen(): Promise<Server> {
    const listener = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => socket.destroy()) // A node that was killed resets its connection; its peer reports it.
      const peer: Peer = new Peer(socket, (token, processId) => {
        const arrived = this.#arrivals.get(String(token))
        if (!arrived) throw new TypeError('a node calls the test only through the functions that it was given')
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
  readonly #guarded: GuardedProcess

  constructor(peer: Peer, guarded: GuardedProcess, processId: number) {
    this.#peer = peer
    this.#guarded = guarded
    this.processId = processId
    this.service = serviceBy((path, args) => peer.call('invoke', path, args)) as Service
  }

  async pause(): Promise<void> {
    process.kill(this.processId, 'SIGSTOP')
    await eventually(() => isStopped(this.processId), { withinMs: 5_000, describe: 'the node is paused' })
  }

  async resume(): Promise<void> {
    process.kill(this.processId, 'SIGCONT')
    await eventually(() => !isStopped(this.processId), { withinMs: 5_000, describe: 'the node runs again' })
  }

  async kill(): Promise<void> {
    await this.#guarded.stop()
    this.#peer.close()
  }

  async close(): Promise<void> {
    if (this.#guarded.alive) await this.service.close()
    await this.kill()
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

/** What nodes inherit: nothing that makes them behave as the test runner does. */
function nodeEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, ...rest } = process.env
  return { ...rest, NODE_ENV: 'production', ...withCompileCache() }
}

function isStopped(id: number): boolean {
  return processState(id).startsWith('T')
}

/** One letter; T when the process is stopped. */
function processState(id: number): string {
  if (!existsSync('/proc/self/stat'))
    return execFileSync('ps', ['-o', 'state=', '-p', String(id)], { encoding: 'utf8' }).trim()
  const stat = readFileSync(`/proc/${id}/stat`, 'utf8')
  return stat[stat.lastIndexOf(')') + 2] ?? '?'
}

/** The last lines that a node wrote, for the error that tells why it ended. */
function keepOutput(guarded: GuardedProcess): string[] {
  const lines: string[] = []
  for (const stream of [guarded.stdout, guarded.stderr]) {
    if (!stream) continue
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      if (lines.length > 20) lines.shift()
    })
  }
  return lines
}

/** An adapter that does not open says nothing about its guarantees. */
function refuse(error: Error): never {
  throw new HarnessError(`opening the adapter in a node: ${error.message}`, { cause: error })
}

async function diedEarly(guarded: GuardedProcess, output: readonly string[]): Promise<never> {
  const code = await guarded.ended
  throw new HarnessError(`starting a node: its process ended with code ${code}\n${output.join('\n')}`)
}

async function withinOpening<Value>(promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new HarnessError(`starting a node: not open after ${OPEN_WITHIN_MS} ms`)),
      OPEN_WITHIN_MS,
    )
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
