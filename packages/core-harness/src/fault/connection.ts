import { connect } from 'node:net'
import type { Socket } from 'node:net'

import type { PeerAddress } from '../environment/peer-address.ts'
import { Channel } from './channel.ts'
import type { ChannelOwner } from './channel.ts'
import type { DisturbingFault } from './proxy-fault.ts'
import { resetSocket } from './reset-socket.ts'

/** What a proxy knows of all its connections. */
export interface ConnectionOwner {
  readonly target: PeerAddress
  readonly faults: ReadonlySet<DisturbingFault>
  /** One was led on to the server. */
  opened(): void
  forwarded(bytes: number): void
}

/** One client of a proxy, and its connection to the server. */
export class Connection implements ChannelOwner {
  readonly #client: Socket
  readonly #owner: ConnectionOwner
  #server: Socket | undefined
  #channels: readonly Channel[] = []
  /** Settles when both sockets are closed. */
  readonly closed: Promise<void>
  readonly #tellClosed: () => void

  /** @param client accepted with `pauseOnConnect` and `allowHalfOpen` */
  constructor(client: Socket, owner: ConnectionOwner) {
    this.#client = client
    this.#owner = owner
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.closed = promise
    this.#tellClosed = () => {
      if (this.#client.closed && this.#server?.closed !== false) resolve(undefined)
    }
    client.on('error', () => client.destroy())
    client.on('close', this.#tellClosed)
    this.advance()
  }

  get faults(): ReadonlySet<DisturbingFault> {
    return this.#owner.faults
  }

  /** Lets go on what may. To be called when faults have begun or ended. */
  advance(): void {
    if (!this.#server && !this.#client.destroyed && !this.#isHeld()) this.#open()
    for (const channel of this.#channels) channel.advance()
  }

  reset(): void {
    for (const socket of [this.#client, this.#server]) if (socket) resetSocket(socket)
  }

  forwarded(bytes: number): void {
    this.#owner.forwarded(bytes)
  }

  exhausted(): void {
    // A reset could overtake what was forwarded.
    for (const socket of [this.#client, this.#server]) socket?.destroySoon()
  }

  #isHeld(): boolean {
    const hanging = [...this.faults].filter(({ effect }) => effect.hangs)
    for (const fault of hanging) fault.touch(this, 0)
    return hanging.length > 0
  }

  #open(): void {
    const server = connect({ ...this.#owner.target, noDelay: true, allowHalfOpen: true })
    this.#server = server
    server.on('error', () => server.destroy())
    server.on('close', this.#tellClosed)
    this.#channels = [new Channel(this.#client, server, 'up', this), new Channel(server, this.#client, 'down', this)]
    this.#owner.opened()
    this.#client.resume()
  }
}
