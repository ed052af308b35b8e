import { Problem } from '@proving-ground/core-harness/service'
import { isUtf8 } from 'node:buffer'
import { invalid } from '../validate.ts'

/** Members that hold money. JSON has no whole numbers of that size, so that they are decimal digits in a text. */
const MONEY = /(?:^m|M)icros$|Minor$/
const WHOLE_NUMBER = /^(?:0|-?[1-9]\d{0,18})$/

export type Members = Readonly<Record<string, unknown>>

/** Any answer, or request, as JSON. */
export function encodeJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value, (_name, part: unknown) => (typeof part === 'bigint' ? `${part}` : part)))
}

/** An answer, with its money as it was. */
export function decodeAnswer(body: Buffer): unknown {
  return JSON.parse(body.toString('utf8'), (name, part: unknown) =>
    typeof part === 'string' && MONEY.test(name) ? BigInt(part) : part,
  )
}

/**
 * A request's members as JSON.
 *
 * @throws BillingError when money is a text, which would look like what it is not
 */
export function encodeRequest(members: Members): Buffer {
  for (const [name, value] of Object.entries(members)) {
    const place = MONEY.test(name) ? placeOfText(name, value) : undefined
    if (place !== undefined) throw invalid(place, 'is a text, and money is a bigint')
  }
  return encodeJson(members)
}

/**
 * The members of a request.
 *
 * @throws Problem 415 for another type, 400 for a body that is no object in JSON, or money that is no whole number
 */
export function decodeRequest(type: string | undefined, body: Buffer): Members {
  if (type?.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json')
    throw refused(415, 'content-type', `the body's type is ${type ?? 'missing'}; it has to be application/json`)
  const members = parse(body)
  if (typeof members !== 'object' || members === null || Array.isArray(members))
    throw refused(400, 'body', 'the body is no object')
  const amounts = Object.entries(members)
    .filter(([name]) => MONEY.test(name))
    .map(([name, value]) => [name, moneyOf(name, value)] as const)
  return { ...members, ...Object.fromEntries(amounts) }
}

/** A request that did not get to the node. */
export function refused(status: number, field: string, detail: string, cause?: unknown): Problem {
  // Without the cause's own code: that of the contract is the one that callers know.
  return new Problem(status, cause === undefined ? detail : `${detail}: ${(cause as Error).message}`, {
    field,
    code: 'ERR_BILLING_INVALID',
  })
}

function parse(body: Buffer): unknown {
  // Other bytes would be recorded as something else than what was sent.
  if (!isUtf8(body)) throw refused(400, 'body', 'the body is not UTF-8')
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw refused(400, 'body', 'the body is not JSON', cause)
  }
}

function moneyOf(place: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((part, index) => moneyOf(`${place}[${index}]`, part))
  if (typeof value === 'string' && WHOLE_NUMBER.test(value)) return BigInt(value)
  throw refused(400, place, `${place}: money is a whole number in decimal digits, as a text`)
}

function placeOfText(name: string, value: unknown): string | undefined {
  if (typeof value === 'string') return name
  const index = Array.isArray(value) ? value.findIndex((part) => typeof part === 'string') : -1
  return index === -1 ? undefined : `${name}[${index}]`
}
