import type { Socket } from 'node:net'

import type { Direction } from './disturbance.ts'
import type { DisturbingFault } from './proxy-fault.ts'
import { resetSocket } from './reset-socket.ts'

/** So many bytes are taken in before they can go on, each way of a connection; the sender then waits as for any slow reader. */
const QUEUE_BYTES = 256 * 1024

interface Piece {
  readonly bytes: Buffer
  /**
   * On the clock of `performance.now()`: when it goes on, for as long as there is latency; later where one before it does,
   * because jitter lets none overtake another.
   */
  readonly dueAtMs: number
  /** The faults that have counted it. */
  readonly countedBy: Set<DisturbingFault>
}

/** What a channel is part of. */
export interface ChannelOwner {
  /** In effect now. */
  readonly faults: ReadonlySet<DisturbingFault>
  /** So many bytes went on. */
  forwarded(bytes: number): void
  /** The connection may carry no more bytes: what was forwarded arrives, and then both sides see its end. */
  exhausted(): void
}

/**
 * One way of a connection: what arrives at one socket goes on to the other, in order, when no fault says otherwise. The end of
 * one side is passed on as an end, after all that came before it; a reset at once.
 */
export class Channel {
  readonly #from: Socket
  readonly #to: Socket
  readonly #direction: Direction
  readonly #owner: ChannelOwner
  readonly #queue: Piece[] = []
  #queuedBytes = 0
  #end: 'open' | 'ended' | 'reset' = 'open'
  #timer: NodeJS.Timeout | undefined
  #isFull = false

  constructor(from: Socket, to: Socket, direction: Direction, owner: ChannelOwner) {
    this.#from = from
    this.#to = to
    this.#direction = direction
    this.#owner = owner
    from.on('data', (bytes: Buffer) => this.#take(bytes))
    from.on('end', () => this.#endAs('ended'))
    from.on('error', () => this.#endAs('reset'))
    from.on('close', () => this.#endAs('reset'))
    to.on('drain', () => {
      this.#isFull = false
      this.advance()
    })
  }

  /** Lets go on what may. To be called when faults have begun or ended. */
  advance(): void {
    clearTimeout(this.#timer)
    for (;;) {
      if (this.#to.destroyed || this.#isFull) return
      const nowMs = performance.now()
      const waitMs = this.#waitMs(nowMs)
      if (waitMs > 0) {
        if (waitMs < Infinity) this.#timer = setTimeout(() => this.advance(), Math.ceil(waitMs))
        return
      }
      const piece = this.#queue[0]
      if (!piece || this.#end === 'reset') return this.#passEndOn()
      if (!this.#forward(piece, nowMs)) return
    }
  }

  #take(bytes: Buffer): void {
    const nowMs = performance.now()
    let delayMs = 0
    const countedBy = new Set<DisturbingFault>()
    for (const fault of this.#owner.faults) {
      const own = fault.effect.delayMs(this.#direction)
      if (own > 0) {
        fault.touch(this.#owner, bytes.length)
        countedBy.add(fault)
      }
      delayMs += own
    }
    this.#queue.push({ bytes, dueAtMs: nowMs + delayMs, countedBy })
    this.#queuedBytes += bytes.length
    this.advance()
    if (this.#queuedBytes >= QUEUE_BYTES) this.#from.pause()
  }

  /** How long the next piece, or the end, has to wait. */
  #waitMs(nowMs: number): number {
    const [piece] = this.#queue
    if (!piece && this.#end === 'open') return 0
    let longest = 0
    let isLate = false
    for (const fault of this.#owner.faults) {
      const waitMs = fault.effect.waitMs(this.#direction, nowMs)
      if (waitMs > 0 && !piece?.countedBy.has(fault)) {
        fault.touch(this.#owner, piece?.bytes.length ?? 0)
        piece?.countedBy.add(fault)
      }
      isLate ||= fault.kind === 'latency'
      longest = Math.max(longest, waitMs)
    }
    return Math.max(longest, isLate && this.#end !== 'reset' ? (piece?.dueAtMs ?? 0) - nowMs : 0)
  }

  /** @returns whether more may follow now */
  #forward(piece: Piece, nowMs: number): boolean {
    const { faults } = this.#owner
    let most = piece.bytes.length
    for (const { effect } of faults) most = Math.min(most, effect.mostBytes(this.#owner, this.#direction))
    const bytes = piece.bytes.subarray(0, most)
    for (const { effect } of faults) effect.pass(this.#owner, this.#direction, most, nowMs)
    this.#queuedBytes -= most
    if (most === piece.bytes.length) this.#queue.shift()
    else this.#queue[0] = { ...piece, bytes: piece.bytes.subarray(most) }
    this.#owner.forwarded(most)
    if (most > 0) this.#isFull = !this.#to.write(bytes)
    const ended = [...faults].filter(({ effect }) => effect.mostBytes(this.#owner, this.#direction) <= 0)
    for (const fault of ended) fault.touch(this.#owner, this.#queuedBytes)
    if (ended.length > 0) this.#owner.exhausted()
    else if (this.#queuedBytes < QUEUE_BYTES / 2) this.#from.resume()
    return ended.length === 0
  }

  #endAs(how: 'ended' | 'reset'): void {
    if (this.#end === 'reset' || this.#end === how) return
    // That a socket closes after its end in order is nothing new.
    if (how === 'reset' && this.#end === 'ended' && !this.#from.errored) return
    this.#end = how
    this.advance()
  }

  #passEndOn(): void {
    if (this.#end === 'ended') this.#to.end()
    if (this.#end === 'reset') resetSocket(this.#to)
  }
}
