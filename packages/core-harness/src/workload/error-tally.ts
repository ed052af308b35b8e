import type { OperationError } from './result.ts'

/** More kinds of errors than these are counted together, so that messages which differ each time fill no memory. */
const KINDS_AT_MOST = 200
const LONGEST_MESSAGE = 300
const OTHERS = 'errors of other kinds'

/** Counts errors by operation and message. */
export class ErrorTally {
  readonly #kinds = new Map<string, { operation: string; message: string; count: number; firstAtMs: number }>()

  note(operation: string, why: unknown, atMs: number): void {
    const message = messageOf(why)
    const key = `${operation}\n${message}`
    const known = this.#kinds.get(key)
    if (known) known.count++
    else if (this.#kinds.size < KINDS_AT_MOST || message === OTHERS)
      this.#kinds.set(key, { operation, message, count: 1, firstAtMs: Math.round(atMs) })
    else this.note(operation, OTHERS, atMs)
  }

  get all(): readonly OperationError[] {
    return [...this.#kinds.values()]
  }
}

function messageOf(why: unknown): string {
  const text = why instanceof Error ? why.message || why.name : String(why)
  return text.slice(0, LONGEST_MESSAGE)
}
