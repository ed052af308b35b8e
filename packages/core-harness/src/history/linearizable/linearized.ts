import type { Call, State } from './model.ts'

const BITS = 16

/** Which calls an order has placed, as bits, with a text for each set that is short where calls are placed nearly in turn. */
export class Linearized {
  /** Place of a call among those of known end, or among those of unknown end. */
  readonly #bitOf: Int32Array
  readonly #unknown: Uint8Array
  /** The call before of unknown end that does the same; -1 for none. */
  readonly #sameBefore: Int32Array
  readonly #placed: Uint8Array
  readonly #known: Uint16Array
  readonly #unknownBits: Uint16Array
  /** All known before `#low` are placed, and none from `#high` on; counted in words. */
  #low = 0
  #high = 0
  /** Calls of known end that are not placed. */
  missing = 0

  constructor(calls: readonly Call[]) {
    this.#bitOf = new Int32Array(calls.length)
    this.#unknown = new Uint8Array(calls.length)
    this.#sameBefore = new Int32Array(calls.length).fill(-1)
    this.#placed = new Uint8Array(calls.length)
    const lastOf = new Map<string, number>()
    let unknown = 0
    calls.forEach((call, index) => {
      if (call.operation.outcome === 'ok') {
        this.#bitOf[index] = this.missing++
        return
      }
      this.#unknown[index] = 1
      this.#bitOf[index] = unknown++
      this.#sameBefore[index] = lastOf.get(call.effect) ?? -1
      lastOf.set(call.effect, index)
    })
    this.#known = new Uint16Array(Math.ceil(this.missing / BITS))
    this.#unknownBits = new Uint16Array(Math.ceil(unknown / BITS))
  }

  isUnknown(call: number): boolean {
    return this.#unknown[call] === 1
  }

  /** Whether all of unknown end that do the same and were invoked before are placed. */
  isFirstOfItsKind(call: number): boolean {
    const before = this.#sameBefore[call] as number
    return before === -1 || this.#placed[before] === 1
  }

  add(call: number): void {
    this.#flip(call)
    if (this.isUnknown(call)) return
    this.missing--
    this.#high = Math.max(this.#high, ((this.#bitOf[call] as number) >> 4) + 1)
    while (this.#known[this.#low] === 0xffff) this.#low++
  }

  remove(call: number): void {
    this.#flip(call)
    if (this.isUnknown(call)) return
    this.missing++
    this.#low = Math.min(this.#low, (this.#bitOf[call] as number) >> 4)
    while (this.#high > 0 && this.#known[this.#high - 1] === 0) this.#high--
  }

  /** A text that two configurations share only when they are the same. */
  key(state: State, isAfterUnknown: boolean): string {
    const high = Math.max(this.#low, this.#high)
    const bits = `${text(this.#known.subarray(this.#low, high))}${text(this.#unknownBits)}`
    return `${isAfterUnknown ? '?' : '.'}${this.#low},${high},${bits}${state}`
  }

  #flip(call: number): void {
    const bit = this.#bitOf[call] as number
    const words = this.isUnknown(call) ? this.#unknownBits : this.#known
    const word = bit >> 4
    words[word] = (words[word] as number) ^ (1 << (bit & 15))
    this.#placed[call] = (this.#placed[call] as number) ^ 1
  }
}

/** One character for each word. */
function text({ buffer, byteOffset, byteLength }: Uint16Array): string {
  return byteLength === 0 ? '' : Buffer.from(buffer, byteOffset, byteLength).toString('utf16le')
}
