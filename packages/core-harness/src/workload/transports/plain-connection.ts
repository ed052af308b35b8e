import { connect } from 'node:net'
import type { Socket } from 'node:net'

import { AnswerReader } from './answer-reader.ts'
import type { HttpAnswer } from './http-answer.ts'

const READ_BYTES = 16 * 1024

export interface Address {
  readonly host: string
  readonly port: number
  readonly connectTimeoutMs: number
}

/** Hears of the end of one request: with an error, or with an answer. */
type Ended = (error: Error | undefined, answer?: HttpAnswer) => void

/** One connection, opened when it is needed and again when it was closed, for one request at a time. */
export class PlainConnection {
  readonly #address: Address
  readonly #reader = new AnswerReader()
  /** One for all its reads. */
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  #socket: Socket | undefined
  #ended: Ended | undefined

  constructor(address: Address) {
    this.#address = address
  }

  /** @param head of the request, with its empty line */
  exchange(head: string, body: string | Uint8Array | undefined, isHead: boolean, ended: Ended): void {
    this.#ended = ended
    this.#reader.begin(isHead)
    const socket = (this.#socket ??= this.#open())
    if (body === undefined) socket.write(head, 'latin1')
    else if (typeof body === 'string') socket.write(head + body, 'utf8')
    else {
      socket.cork()
      socket.write(head, 'latin1')
      socket.write(body)
      socket.uncork()
    }
  }

  /** Ends what is under way. The connection goes with it: an answer may be under way on it. */
  abort(reason: Error): void {
    this.#lose(this.#socket, reason)
  }

  async close(): Promise<void> {
    const socket = this.#socket
    if (!socket) return
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    this.#lose(socket, new Error('the transport was closed'))
    await closed
  }

  #open(): Socket {
    const { host, port, connectTimeoutMs } = this.#address
    const onread = { buffer: this.#buffer, callback: (bytes: number): boolean => this.#read(socket, bytes) }
    const socket: Socket = connect({ host, port, noDelay: true, onread })
    const timer = setTimeout(
      () => this.#lose(socket, new Error(`no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    )
    socket.once('connect', () => clearTimeout(timer))
    socket.on('error', (error) => this.#lose(socket, error))
    socket.on('end', () => this.#endOfStream(socket))
    socket.once('close', () => {
      clearTimeout(timer)
      this.#lose(socket, new Error('the connection was closed before the answer had come'))
    })
    return socket
  }

  #read(socket: Socket, bytes: number): boolean {
    if (socket !== this.#socket) return false
    if (!this.#ended) {
      this.#lose(socket, new Error('an answer came to no question'))
      return false
    }
    try {
      const answer = this.#reader.read(this.#buffer.subarray(0, bytes))
      if (answer) this.#answered(socket, answer)
    } catch (error) {
      this.#lose(socket, error as Error)
      return false
    }
    return true
  }

  #endOfStream(socket: Socket): void {
    const answer = socket === this.#socket && this.#ended ? this.#reader.end() : undefined
    if (answer) this.#answered(socket, answer)
    else this.#lose(socket, new Error('the connection was closed before the answer had come'))
  }

  #answered(socket: Socket, answer: HttpAnswer): void {
    if (!this.#reader.isKeptOpen) {
      this.#socket = undefined
      socket.destroy()
    }
    const ended = this.#ended
    this.#ended = undefined
    ended?.(undefined, answer)
  }

  #lose(socket: Socket | undefined, error: Error): void {
    if (socket !== this.#socket) return
    this.#socket = undefined
    socket?.destroy()
    const ended = this.#ended
    this.#ended = undefined
    ended?.(error)
  }
}
