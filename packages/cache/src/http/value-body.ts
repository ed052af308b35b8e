import { Problem } from '@proving-ground/core-harness/service'
import { isUtf8 } from 'node:buffer'
import type { CacheValue } from '../contract.ts'
import { codec } from '../reference/codec.ts'

/** JSON as it is; bytes as they are; JSON with bytes within it in the form of the codec, where every object is wrapped. */
const TYPES = ['application/json', 'application/octet-stream', 'application/vnd.proving-ground.wrapped+json'] as const
const TAGS = ['j', 'b', 'x'].map((letter) => letter.charCodeAt(0))

/** A value as the body of a request or a response. */
export interface ValueBody {
  readonly type: string
  readonly body: Buffer
}

/** @throws ValueRefusedError naming `where` and the part of the value that is neither JSON nor bytes */
export function encodeBody(value: CacheValue, where: string): ValueBody {
  const encoded = codec.encode(value, where)
  return { type: TYPES[TAGS.indexOf(encoded[0] as number)] as string, body: encoded.subarray(1) }
}

/** @throws Problem 415 for another type, 400 for a body that is not of its type */
export function decodeBody(type: string | undefined, body: Buffer): CacheValue {
  const tag = TAGS[TYPES.findIndex((known) => known === type?.split(';', 1)[0]?.trim().toLowerCase())]
  if (tag === undefined)
    throw new Problem(415, `the body's type is ${type ?? 'missing'}; a value is ${TYPES.join(' or ')}`, {
      field: 'content-type',
    })
  // Text with other bytes would be stored as something else than what was sent.
  if (type !== TYPES[1] && !isUtf8(body)) throw new Problem(400, 'the body is not UTF-8', { field: 'value' })
  try {
    return codec.decode(Buffer.concat([Buffer.of(tag), body]))
  } catch (cause) {
    throw new Problem(400, `the body is not ${type}: ${(cause as Error).message}`, { field: 'value', cause })
  }
}
