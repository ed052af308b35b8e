import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

import { eventually } from '../../src/guarantee/eventually.ts'

/** A server that sends back what it gets, and ends a connection when the client does. */
export class EchoServer {
  readonly #server: Server
  /** Connections that it has now. */
  readonly sockets = new Set<Socket>()
  /** All that it got. */
  readonly received: Buffer[] = []

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.sockets.add(socket)
      socket.on('data', (bytes: Buffer) => this.received.push(bytes))
      socket.on('error', () => undefined) // Its end follows.
      socket.on('close', () => this.sockets.delete(socket))
      socket.pipe(socket)
    })
  }

  static async start(): Promise<EchoServer> {
    const echo = new EchoServer()
    echo.#server.listen(0, '127.0.0.1')
    await once(echo.#server, 'listening')
    return echo
  }

  get url(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as { port: number }).port}`
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }
}

/** A client of an echo server, that remembers all that it got and how its connection ended. */
export class EchoClient {
  readonly socket: Socket
  text = ''
  /** The code of the error, `ended` for an end in order. */
  outcome: string | undefined
  #sent = ''
  #look: () => void = () => undefined

  private constructor(url: string) {
    const { hostname, port } = new URL(url)
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true })
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text: string) => {
      this.text += text
      this.#look()
    })
    this.socket.on('end', () => this.#ends('ended'))
    this.socket.on('error', (error: NodeJS.ErrnoException) => this.#ends(error.code ?? error.message))
  }

  static open(url: string): EchoClient {
    return new EchoClient(url)
  }

  send(text: string): void {
    this.#sent += text
    this.socket.write(text)
  }

  /** Sends and waits until all that was sent has come back; resolves with the time that it took. */
  async roundTrip(text: string): Promise<number> {
    const began = performance.now()
    this.send(text)
    await new Promise<void>((resolve, reject) => {
      this.#look = () => {
        if (this.text === this.#sent) resolve()
        else if (this.outcome !== undefined) reject(new Error(`got ${this.text.length} bytes, then ${this.outcome}`))
      }
      this.#look()
    })
    return performance.now() - began
  }

  async ends(withinMs = 2_000): Promise<string> {
    return await eventually(() => this.outcome ?? false, { withinMs, describe: 'the connection has ended' })
  }

  #ends(how: string): void {
    this.outcome ??= how
    this.#look()
  }
}
