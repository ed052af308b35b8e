import { WebSocket } from 'ws'
import type { RawData } from 'ws'

import { HarnessError } from '../../environment/errors.ts'
import { whenAborted } from './abortable.ts'
import type { Abortable } from './abortable.ts'

/** A message that is longer closes the connection. */
const LONGEST_MESSAGE_BYTES = 16 * 1024 * 1024

export interface WebSocketOptions {
  readonly url: string
  readonly bearerToken?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly protocols?: readonly string[]
  readonly connectTimeoutMs?: number
  /** Which question a message answers; undefined: none, it goes to `onMessage`. */
  readonly correlate: (message: string) => string | number | undefined
  readonly onMessage?: (message: string) => void
}

interface Question {
  readonly resolve: (answer: string) => void
  readonly reject: (why: Error) => void
}

/** One open WebSocket on which questions are asked, each answered by the message that belongs to it. */
export class WebSocketConnection {
  readonly #socket: WebSocket
  readonly #questions = new Map<string | number, Question>()
  readonly #closed: Promise<void>

  private constructor(socket: WebSocket, { correlate, onMessage }: WebSocketOptions) {
    this.#socket = socket
    this.#closed = new Promise((resolve) => {
      socket.once('close', (code) => {
        this.#failAll(new Error(`the WebSocket was closed with code ${code}`))
        resolve()
      })
    })
    // The event `close` follows, and ends what is under way.
    socket.on('error', (error) => this.#failAll(error))
    socket.on('message', (data) => this.#receive(textOf(data), correlate, onMessage))
  }

  /**
   * Resolves when it is open.
   *
   * @throws Error when it was refused, ended, or not open in time
   */
  static open(options: WebSocketOptions, operation?: Abortable): Promise<WebSocketConnection> {
    const { url, bearerToken, headers = {}, protocols = [], connectTimeoutMs = 10_000 } = options
    if (!/^wss?:\/\//.test(url))
      throw new HarnessError('opening a WebSocket: its URL is not one of ws:// or wss://', {
        remedy: 'It reads ws://host:port/path or wss://host/path.',
      })
    const socket = new WebSocket(url, [...protocols], {
      headers: bearerToken === undefined ? headers : { ...headers, authorization: `Bearer ${bearerToken}` },
      handshakeTimeout: connectTimeoutMs,
      maxPayload: LONGEST_MESSAGE_BYTES,
      perMessageDeflate: false,
    })
    return new Promise((resolve, reject) => {
      const stop = whenAborted(operation, (why) => {
        reject(why)
        socket.terminate()
      })
      socket.once('error', (error) => {
        stop?.()
        reject(error)
      })
      socket.once('open', () => {
        stop?.()
        resolve(new WebSocketConnection(socket, options))
      })
    })
  }

  /** Sends a message that nothing answers. @throws Error when it is not open */
  async send(message: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(message, (error) => (error ? reject(error) : resolve()))
    })
  }

  /**
   * Sends a message and resolves with the one that answers it.
   *
   * @param key what `correlate` says of the answer; one question at a time for each
   * @throws Error when the connection ends first, or the operation does
   */
  ask(key: string | number, message: string, operation?: Abortable): Promise<string> {
    if (this.#questions.has(key)) throw new Error(`the question ${key} was asked already, and is not answered yet`)
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        stop?.()
        this.#questions.delete(key)
      }
      const question: Question = {
        resolve: (answer) => {
          forget()
          resolve(answer)
        },
        reject: (why) => {
          forget()
          reject(why)
        },
      }
      this.#questions.set(key, question)
      const stop = whenAborted(operation, question.reject)
      if (!this.#questions.has(key)) return
      this.#socket.send(message, (error) => {
        if (error) question.reject(error)
      })
    })
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** Closes it in order, or outright when the other side does not answer in time. */
  async close(withinMs = 2_000): Promise<void> {
    const timer = setTimeout(() => this.#socket.terminate(), withinMs)
    this.#socket.close(1_000)
    await this.#closed
    clearTimeout(timer)
  }

  #receive(message: string, correlate: WebSocketOptions['correlate'], onMessage: WebSocketOptions['onMessage']): void {
    const key = correlate(message)
    const question = key === undefined ? undefined : this.#questions.get(key)
    if (question) question.resolve(message)
    else onMessage?.(message)
  }

  #failAll(why: Error): void {
    for (const question of [...this.#questions.values()]) question.reject(why)
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.from(data as Buffer).toString('utf8')
}
