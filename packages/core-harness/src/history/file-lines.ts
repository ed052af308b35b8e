import { closeSync, openSync, readSync } from 'node:fs'

const CHUNK_BYTES = 256 * 1024
const NEWLINE = 0x0a

/** One line of a file, without its end. */
export interface FileLine {
  /** From 1. */
  readonly number: number
  readonly text: string
  /** Whether nothing follows it, not even a newline: whoever wrote it may have been cut off. */
  readonly isCut: boolean
}

/** The lines of a UTF-8 file, one after the other, with little of it in memory. Empty lines are left out. */
export function* fileLines(file: string): Generator<FileLine, void, undefined> {
  const descriptor = openSync(file, 'r')
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    let kept: Buffer[] = []
    let number = 0
    for (;;) {
      const bytes = readSync(descriptor, chunk)
      if (bytes === 0) break
      const end = chunk.lastIndexOf(NEWLINE, bytes - 1)
      if (end === -1) {
        kept.push(Buffer.from(chunk.subarray(0, bytes)))
        continue
      }
      const whole = Buffer.concat([...kept, chunk.subarray(0, end)]).toString('utf8')
      kept = [Buffer.from(chunk.subarray(end + 1, bytes))]
      for (const text of whole.split('\n')) {
        number++
        if (text !== '') yield { number, text, isCut: false }
      }
    }
    const rest = Buffer.concat(kept).toString('utf8')
    if (rest !== '') yield { number: number + 1, text: rest, isCut: true }
  } finally {
    closeSync(descriptor)
  }
}
