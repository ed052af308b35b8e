import type { Duplex } from 'node:stream'
import { types } from 'node:util'
import { deserialize, serialize } from 'node:v8'

import { packError, unpackError } from './packed-error.ts'
import type { PackedError } from './packed-error.ts'

/** A frame that is longer is none: whoever sent it speaks something else. */
const LONGEST_BYTES = 1024 ** 3

/**
 * One end of a connection over which two processes call each other's functions. Both ends are alike.
 *
 * A frame is a 32-bit big-endian length and a message in V8's structured clone format. Functions in the arguments or the
 * result (at any depth of arrays and plain objects) cross as references and are called back; an AsyncIterable crosses
 * as a reference too and is pulled item by item. Errors keep their name, code and cause. References to functions live as
 * long as the connection, those to iterables until they were read to the end or left.
 */
export class Peer {
  readonly #connection: Duplex
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  readonly #local = new Map<number, (...args: unknown[]) => unknown>()
  readonly #iterators = new Set<AsyncIterator<unknown>>()
  #nextCall = 1
  #nextReference = 1
  #chunks: Buffer[] = []
  #received = 0
  #end: Error | undefined

  /** @param root what the other end reaches by `call` */
  constructor(connection: Duplex, root: (...args: unknown[]) => unknown) {
    this.#connection = connection
    this.#local.set(0, root)
    connection.on('data', (chunk: Buffer) => this.#receive(chunk))
    connection.on('error', (error: Error) => this.#close(error))
    connection.on('close', () => this.#close(new Error('the connection closed')))
  }

  /** Calls the other end's root function. */
  call(...args: unknown[]): Promise<unknown> {
    return this.#callReference(0, args)
  }

  close(): void {
    this.#close(new Error('the connection was closed by this side'))
    this.#connection.destroy()
  }

  #callReference(reference: number, args: unknown[]): Promise<unknown> {
    if (this.#end) return Promise.reject(disconnected(this.#end))
    const id = this.#nextCall++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      try {
        this.#send({ kind: 'call', id, reference, args: this.#pack(args) })
      } catch (error) {
        this.#waiting.delete(id)
        reject(error as Error)
      }
    })
  }

  #send(message: Message): void {
    const body = serialize(message)
    const head = Buffer.allocUnsafe(4)
    head.writeUInt32BE(body.length)
    this.#connection.write(Buffer.concat([head, body]))
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#received += chunk.length
    for (;;) {
      const length = this.#received < 4 ? Infinity : 4 + this.#readHead()
      if (length > LONGEST_BYTES && length !== Infinity) return this.#refuse(`a frame of ${length} bytes`)
      if (this.#received < length || this.#end) return
      const whole = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
      this.#received -= length
      this.#chunks = this.#received === 0 ? [] : [whole.subarray(length)]
      const message = parse(whole.subarray(4, length))
      if (!message) return this.#refuse('something that is no message')
      if (message.kind === 'call') void this.#answer(message)
      else this.#settle(message)
    }
  }

  #refuse(what: string): void {
    this.#close(new Error(`the other side sent ${what}`))
    this.#connection.destroy()
  }

  /** Joins the chunks only when the head is spread over several: a message of many chunks is copied once. */
  #readHead(): number {
    if ((this.#chunks[0] as Buffer).length < 4) this.#chunks = [Buffer.concat(this.#chunks)]
    return (this.#chunks[0] as Buffer).readUInt32BE(0)
  }

  async #answer({ id, reference, args }: CallMessage): Promise<void> {
    let answer: AnswerMessage
    try {
      const local = this.#local.get(reference)
      if (!local) throw new TypeError(`the other process called the unknown function ${reference}`)
      const value = await local(...(this.#unpack(args) as unknown[]))
      answer = { kind: 'answer', id, value: this.#pack(value) }
    } catch (error) {
      answer = { kind: 'answer', id, error: packError(error) }
    }
    if (this.#end) return
    try {
      this.#send(answer)
    } catch (error) {
      this.#send({ kind: 'answer', id, error: packError(error) })
    }
  }

  #settle({ id, value, error }: AnswerMessage): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) waiting?.reject(unpackError(error))
    else waiting?.resolve(this.#unpack(value))
  }

  #close(reason: Error): void {
    if (this.#end) return
    this.#end = reason
    for (const { reject } of this.#waiting.values()) reject(disconnected(reason))
    this.#waiting.clear()
    // Nobody reads on: what they hold is freed as when a reader leaves. A failure of that has nobody to go to.
    for (const iterator of this.#iterators) void iterator.return?.().catch(() => undefined)
    this.#iterators.clear()
  }

  #refer(target: (...args: unknown[]) => unknown): number {
    const reference = this.#nextReference++
    this.#local.set(reference, target)
    return reference
  }

  #referIterable(iterable: AsyncIterable<unknown>): number {
    let iterator: AsyncIterator<unknown> | undefined
    const reference = this.#refer(async (step) => {
      if (!iterator) this.#iterators.add((iterator = iterable[Symbol.asyncIterator]()))
      const leave = (): void => {
        this.#iterators.delete(iterator as AsyncIterator<unknown>)
        this.#local.delete(reference)
      }
      try {
        const result = step === 'return' ? await iterator.return?.() : await iterator.next()
        if (result?.done !== false) leave()
        return result
      } catch (error) {
        leave()
        throw error
      }
    })
    return reference
  }

  #pack(value: unknown): unknown {
    if (typeof value === 'function') return new Reference('function', this.#refer(value as () => unknown))
    if (isAsyncIterable(value)) return new Reference('iterable', this.#referIterable(value))
    if (types.isNativeError(value)) return new Packed(packError(value))
    if (Array.isArray(value)) return value.map((item) => this.#pack(item))
    if (isPlainObject(value)) return mapFields(value, (field) => this.#pack(field))
    return value
  }

  #unpack(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#unpack(item))
    if (!isPlainObject(value)) return value
    if (Packed.isPacked(value)) return unpackError(value.error)
    if (!Reference.isPacked(value)) return mapFields(value, (field) => this.#unpack(field))
    const { reference, kind } = value
    const call = (...args: unknown[]): Promise<unknown> => this.#callReference(reference, args)
    return kind === 'function' ? call : iterateBy(call)
  }
}

interface CallMessage {
  kind: 'call'
  id: number
  reference: number
  args: unknown
}

interface AnswerMessage {
  kind: 'answer'
  id: number
  value?: unknown
  error?: PackedError
}

type Message = CallMessage | AnswerMessage

/** Stands for a function or an iterable of the other process. The structured clone leaves its fields. */
class Reference {
  static readonly MARK = 'proving-ground:reference'
  readonly mark = Reference.MARK
  readonly kind: 'function' | 'iterable'
  readonly reference: number

  constructor(kind: 'function' | 'iterable', reference: number) {
    this.kind = kind
    this.reference = reference
  }

  static isPacked(value: object): value is Reference {
    return 'mark' in value && value.mark === Reference.MARK
  }
}

/** Stands for an error among the arguments or in the result, of which the structured clone would keep little. */
class Packed {
  static readonly MARK = 'proving-ground:error'
  readonly mark = Packed.MARK
  readonly error: PackedError

  constructor(error: PackedError) {
    this.error = error
  }

  static isPacked(value: object): value is Packed {
    return 'mark' in value && value.mark === Packed.MARK
  }
}

/** Undefined when the bytes are no message. */
function parse(bytes: Buffer): Message | undefined {
  try {
    const message = deserialize(bytes) as Partial<Message> | null | undefined
    return message?.kind === 'call' || message?.kind === 'answer' ? (message as Message) : undefined
  } catch {
    return undefined // Not in V8's format.
  }
}

/** What the error of a call says when the other process went away during it. */
export const NODE_GONE = 'ERR_NODE_GONE'

/** A call failed because the other process went away: what it was doing may or may not have happened. */
function disconnected(reason: Error): Error {
  return Object.assign(new Error(`the node went away during the call: ${reason.message}`), { code: NODE_GONE })
}

type Pull = (step: 'next' | 'return') => Promise<unknown>

function iterateBy(pull: Pull): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => pull('next') as Promise<IteratorResult<unknown>>,
      return: async () => {
        await pull('return')
        return { done: true, value: undefined }
      },
    }),
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** Judged without identity of `Object.prototype`: Jest runs tests in a realm of their own. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Field by field; `__proto__` in data stays a field like any other. */
function mapFields(object: object, map: (field: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(object).map(([name, field]) => [name, map(field)]))
}
