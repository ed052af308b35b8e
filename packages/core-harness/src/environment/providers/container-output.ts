import { once } from 'node:events'

import { messageOf } from '../errors.ts'
import { followEngine } from './docker-engine.ts'

const HEADING_BYTES = 8

/** What a container writes, from its first line on, whether or not the daemon keeps logs. */
export interface ContainerOutput {
  /** Settles when the container has ended and all of it was given on. */
  readonly ended: Promise<unknown>
  /** Nothing is given on after this. */
  close(): void
}

/** To be called before the container is started. */
export async function followOutput(id: string, write: (text: Buffer) => void): Promise<ContainerOutput> {
  const stream = await followEngine('POST', `/containers/${id}/attach?stream=1&stdout=1&stderr=1`)
  const payloadsOf = payloadReader()
  stream.on('data', (bytes: Buffer) => payloadsOf(bytes).forEach(write))
  stream.on('error', () => stream.destroy()) // The daemon went away; `watchEnd` tells.
  return { ended: once(stream, 'close'), close: () => stream.removeAllListeners('data').destroy() }
}

/**
 * To be called before the container is started.
 *
 * @returns settles when the container has ended by itself or was ended, with how
 */
export async function watchEnd(id: string): Promise<{ readonly ended: Promise<string> }> {
  const waited = await followEngine('POST', `/containers/${id}/wait?condition=next-exit`)
  const ended = (async () => {
    try {
      let body = ''
      for await (const text of waited.setEncoding('utf8')) body += text as string
      return `its container ended with exit code ${(JSON.parse(body) as { StatusCode: number }).StatusCode}`
    } catch (error) {
      return `the Docker daemon went away (${messageOf(error)})`
    }
  })()
  return { ended }
}

/**
 * Takes the daemon's framing off: each piece is headed by the number of the stream, three zeros, and its length in four
 * bytes, the highest first. Pieces come split and joined at will.
 */
export function payloadReader(): (bytes: Buffer) => Buffer[] {
  let rest = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    const payloads: Buffer[] = []
    while (rest.length >= HEADING_BYTES && rest.length >= HEADING_BYTES + rest.readUInt32BE(4)) {
      const end = HEADING_BYTES + rest.readUInt32BE(4)
      payloads.push(rest.subarray(HEADING_BYTES, end))
      rest = rest.subarray(end)
    }
    return payloads
  }
}
