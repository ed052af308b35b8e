import type { Readable } from 'node:stream'

/** A line that is longer ends the stream: whoever sends it has lost its way. */
const LONGEST_BYTES = 64 * 1024 * 1024

const NEWLINE = 0x0a

/**
 * Calls `receive` for each line of JSON that a stream brings. A line that is none, or that does not end, destroys the
 * stream with an error. What follows the last newline is dropped: its sender was cut off.
 *
 * Not `node:readline`, which also ends a line at U+2028 and U+2029, as JSON does not.
 *
 * @param longestBytes may change from line to line: little is taken from a stranger
 */
export function receiveLines(
  stream: Readable,
  receive: (message: unknown) => void,
  longestBytes: () => number = () => LONGEST_BYTES,
): void {
  let chunks: Buffer[] = []
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    let rest = chunk
    for (let end = rest.indexOf(NEWLINE); end !== -1 && !stream.destroyed; end = rest.indexOf(NEWLINE)) {
      const line = Buffer.concat([...chunks, rest.subarray(0, end)])
      rest = rest.subarray(end + 1)
      chunks = []
      bytes = 0
      if (line.length > longestBytes())
        return void stream.destroy(new Error('the other side sent a line that is too long'))
      const message = parse(line)
      if (message === undefined) return void stream.destroy(new Error('the other side sent something that is not JSON'))
      receive(message)
    }
    if (rest.length === 0) return
    chunks.push(rest)
    bytes += rest.length
    if (bytes > longestBytes()) stream.destroy(new Error('the other side sent a line that is too long'))
  })
}

/** Undefined is no JSON value, so it can stand for "none". */
function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    return undefined
  }
}
