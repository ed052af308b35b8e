import { HistoryMistakeError } from '../checkers/checker.ts'
import type { Json, Operation } from '../operation.ts'

const NS_PER_MS = 1e6

/** Grows from hold to hold. Beyond 2^53 it is written as text. */
export type Token = number | bigint

/** For how long a process could rely on a lock, after an acquire or an extension. */
export interface Hold {
  /** The acquire, or the extension. */
  readonly granted: Operation
  readonly token: Token | undefined
  /** When the answer came. */
  readonly fromNs: number
  /** When it began to release it, or when the time was over for which the lock had promised it. */
  readonly untilNs: number
}

/** An operation that says by which hold it is done: a release, an extension or a use. */
export interface Claim {
  readonly operation: Operation
  /** That it was done with, or else that of the last hold of its process. */
  readonly token: Token | undefined
  /** The last of its process, though it may be over. */
  readonly hold: Hold | undefined
}

export interface LockHistory {
  /** By when they were granted was asked for. */
  readonly holds: readonly Hold[]
  readonly claims: readonly Claim[]
}

/**
 * What was done to one lock.
 *
 * Only what is certain is a hold: an acquire of unknown end is none, and one ends as soon as its release begins, whatever comes of
 * that.
 *
 * @param operations by when they were invoked
 * @throws HistoryMistakeError
 */
export function readLock(operations: readonly Operation[]): LockHistory {
  const holds: { -readonly [Field in keyof Hold]: Hold[Field] }[] = []
  const claims: Claim[] = []
  const lastOf = new Map<number, (typeof holds)[number]>()
  for (const operation of operations) {
    const { f, process, outcome, input, output, invokedNs, completedNs } = operation
    const last = lastOf.get(process)
    switch (f) {
      case 'acquire':
        break
      case 'extend':
      case 'release':
      case 'use':
        claims.push({ operation, token: tokenIn(input, operation) ?? last?.token, hold: last })
        break
      default:
        throw new HistoryMistakeError('mutex', operation, 'is no operation of a lock, nor of what it guards')
    }
    const isGranted = outcome === 'ok' && (f === 'acquire' || f === 'extend')
    // An extension that was refused says that the hold is over, and since when nobody knows.
    const isEnd = f === 'acquire' || f === 'release' || (f === 'extend' && outcome === 'fail')
    if (last && (isEnd || isGranted)) last.untilNs = Math.min(last.untilNs, isEnd ? invokedNs : completedNs)
    if (!isGranted) continue
    const token = tokenIn(output, operation) ?? (f === 'extend' ? last?.token : undefined)
    const untilNs = completedNs + heldForMs(output, operation) * NS_PER_MS
    const hold = { granted: operation, token, fromNs: completedNs, untilNs }
    holds.push(hold)
    lastOf.set(process, hold)
  }
  return { holds, claims }
}

function tokenIn(value: Json, operation: Operation): Token | undefined {
  const token = fieldOf(value, 'token', operation)
  if (token === undefined) return undefined
  const isWhole = typeof token === 'string' ? /^-?\d+$/.test(token) : Number.isSafeInteger(token)
  if (!isWhole)
    throw new HistoryMistakeError('mutex', operation, `has the token ${JSON.stringify(token)}, no whole number`)
  return Number.isSafeInteger(Number(token)) ? Number(token) : BigInt(String(token))
}

/** Without an end when nothing is said. */
function heldForMs(value: Json, operation: Operation): number {
  const time = fieldOf(value, 'heldForMs', operation) ?? Infinity
  if (typeof time !== 'number' || time < 0)
    throw new HistoryMistakeError(
      'mutex',
      operation,
      `has heldForMs ${JSON.stringify(time)}, no number of milliseconds`,
    )
  return time
}

function fieldOf(value: Json, name: 'token' | 'heldForMs', operation: Operation): Json | undefined {
  if (value === null) return undefined
  if (typeof value !== 'object' || Array.isArray(value))
    throw new HistoryMistakeError(
      'mutex',
      operation,
      `has ${JSON.stringify(value)}, which is neither null nor an object`,
    )
  return (value as { readonly [field: string]: Json })[name]
}
