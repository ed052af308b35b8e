import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

import { HarnessError } from '../environment/errors.ts'
import { addressIn } from '../environment/peer-address.ts'
import type { PeerAddress } from '../environment/peer-address.ts'
import { freePort } from '../environment/port.ts'
import { Connection } from './connection.ts'
import type { ConnectionOwner } from './connection.ts'
import type { Disturbance } from './disturbance.ts'
import { DisturbingFault } from './proxy-fault.ts'
import type { Disturbed, ProxyFault } from './proxy-fault.ts'

/** A port can be taken between its choice and its use. */
const TRIES = 5

/** A TCP proxy in front of one server, for disturbing its clients with any provider. Bytes are never changed nor reordered. */
export interface Proxy {
  /** The server's URL, with the proxy's address in place of the server's. */
  readonly url: string
  /** Connections that were accepted and forwarded, in all. */
  readonly connections: number
  /** Bytes that were forwarded, both ways. */
  readonly bytes: number
  /**
   * A fault of all connections through this proxy; several may be in effect at once.
   *
   * @param target names it in records: the dependency, or the node that connects through the proxy
   * @throws HarnessError for a figure that makes no sense
   */
  fault(target: string, disturbance: Disturbance): ProxyFault
  /** Resets all connections and refuses new ones, until `restore`. Resolves when no connection is left. */
  cut(): Promise<void>
  restore(): Promise<void>
  close(): Promise<void>
}

/**
 * Listens on the loopback interface and forwards to where a URL points. A server that is not there is told to the client by a
 * reset.
 *
 * @param target a URL with a host
 */
export async function openProxy(target: string): Promise<Proxy> {
  const proxy = new TcpProxy(new URL(target))
  await proxy.open()
  return proxy
}

class TcpProxy implements Proxy, Disturbed, ConnectionOwner {
  readonly target: PeerAddress
  readonly faults = new Set<DisturbingFault>()
  readonly #url: URL
  readonly #open = new Set<Connection>()
  readonly #cut = this.fault('', { kind: 'cut' }) as DisturbingFault
  /** Listening begins and ends one after the other. */
  #listening: Promise<Server | undefined> = Promise.resolve(undefined)
  #port = 0
  connections = 0
  bytes = 0

  constructor(url: URL) {
    this.#url = url
    this.target = addressIn(url.href)
  }

  get url(): string {
    const url = new URL(this.#url)
    url.hostname = '127.0.0.1'
    url.port = String(this.#port)
    return url.href
  }

  fault(target: string, disturbance: Disturbance): DisturbingFault {
    return new DisturbingFault(disturbance, target, this)
  }

  async open(): Promise<void> {
    for (let left = TRIES; ; left--) {
      this.#port = await freePort()
      try {
        return await this.#listen()
      } catch (error) {
        if (left === 1 || ((error as Error).cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
        this.#listening = Promise.resolve(undefined)
      }
    }
  }

  async cut(): Promise<void> {
    await this.#cut.begin()
  }

  /** The port stays the same, so that clients find their way back. */
  async restore(): Promise<void> {
    await this.#cut.heal()
  }

  async close(): Promise<void> {
    await this.cut()
  }

  async begin(fault: DisturbingFault): Promise<void> {
    this.faults.add(fault)
    await this.#listen()
    const { resets } = fault.effect
    const open = [...this.#open]
    for (const connection of open) {
      if (!resets) connection.advance()
      else this.#reset(connection, fault)
    }
    if (resets) await Promise.all(open.map(({ closed }) => closed))
  }

  async heal(fault: DisturbingFault): Promise<void> {
    if (!this.faults.delete(fault)) return
    for (const connection of this.#open) connection.advance()
    await this.#listen()
  }

  opened(): void {
    this.connections++
  }

  forwarded(bytes: number): void {
    this.bytes += bytes
  }

  /**
   * Listens, or not, as the faults in effect say.
   *
   * @throws HarnessError when the port was taken while it did not listen
   */
  async #listen(): Promise<void> {
    this.#listening = this.#listening.then(async (listener) => {
      const isRefusing = [...this.faults].some(({ effect }) => effect.refuses)
      if (isRefusing) return void listener?.close() // Connections that are open go on.
      return listener ?? (await listenOn(this.#port, (client) => this.#accept(client)))
    })
    await this.#listening
  }

  #accept(client: Socket): void {
    const resetting = [...this.faults].filter(({ effect }) => effect.resets)
    for (const fault of resetting) fault.touch(client, 0)
    if (resetting.length > 0) return void client.resetAndDestroy()
    const connection = new Connection(client, this)
    this.#open.add(connection)
    void connection.closed.then(() => this.#open.delete(connection))
  }

  #reset(connection: Connection, fault: DisturbingFault): void {
    fault.touch(connection, 0)
    connection.reset()
  }
}

async function listenOn(port: number, accept: (client: Socket) => void): Promise<Server> {
  const listener = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, accept)
  const listening = once(listener, 'listening')
  listener.listen(port, '127.0.0.1')
  try {
    await listening
    return listener
  } catch (cause) {
    throw new HarnessError(`listening for a proxy on port ${port}: ${(cause as Error).message}`, { cause })
  }
}
