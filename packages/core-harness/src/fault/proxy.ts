import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

/** A TCP proxy in front of one server, for cutting its client off with any provider. */
export interface Proxy {
  /** The server's URL, with the proxy's address in place of the server's. */
  readonly url: string
  /** Connections that were accepted and forwarded, in all. */
  readonly connections: number
  /** Bytes that were forwarded, both ways. */
  readonly bytes: number
  /** Resets all connections and refuses new ones, until `restore`. Resolves when no connection is left. */
  cut(): Promise<void>
  restore(): Promise<void>
  close(): Promise<void>
}

/**
 * Listens on the loopback interface and forwards to where a URL points.
 *
 * @param target a URL with host and port
 */
export async function openProxy(target: string): Promise<Proxy> {
  const proxy = new TcpProxy(new URL(target))
  await proxy.restore()
  return proxy
}

class TcpProxy implements Proxy {
  readonly #target: URL
  readonly #open = new Set<Socket>()
  #listener: Server | undefined
  #port = 0
  connections = 0
  bytes = 0

  constructor(target: URL) {
    this.#target = target
  }

  get url(): string {
    const url = new URL(this.#target)
    url.hostname = '127.0.0.1'
    url.port = String(this.#port)
    return url.href
  }

  async cut(): Promise<void> {
    const listener = this.#listener
    this.#listener = undefined
    if (!listener) return
    const closed = once(listener, 'close')
    listener.close()
    for (const socket of this.#open) socket.resetAndDestroy()
    await closed
  }

  /** The port stays the same, so that clients find their way back. */
  async restore(): Promise<void> {
    if (this.#listener) return
    const listener = createServer({ noDelay: true }, (client) => this.#forward(client))
    listener.listen(this.#port, '127.0.0.1')
    await once(listener, 'listening')
    this.#port = (listener.address() as { port: number }).port
    this.#listener = listener
  }

  async close(): Promise<void> {
    await this.cut()
  }

  #forward(client: Socket): void {
    const server = connect({ host: this.#target.hostname, port: Number(this.#target.port), noDelay: true })
    this.connections++
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#open.add(from)
      from.on('data', (chunk: Buffer) => (this.bytes += chunk.length))
      from.pipe(to)
      from.on('error', () => to.destroy()) // What one side suffers, the other is told by the end of its connection.
      from.on('close', () => {
        this.#open.delete(from)
        to.destroy()
      })
    }
  }
}
