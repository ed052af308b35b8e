import { HistoryMistakeError } from '../checkers/checker.ts'
import type { Json, Operation } from '../operation.ts'

/** A whole number; a bigint where, and only where, it is beyond 2^53, so that equal amounts are equal by `===`. */
export type Amount = number | bigint

export const wholeAmount = /^-?\d+$/

export interface Transfer {
  readonly from: string
  readonly to: string
  readonly amount: Amount
}

export function plus(a: Amount, b: Amount): Amount {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return normal(BigInt(a) + BigInt(b))
}

function normal(amount: bigint): Amount {
  const number = Number(amount)
  return Number.isSafeInteger(number) ? number : amount
}

/** @throws HistoryMistakeError when it is neither a whole number nor one in decimal text */
export function amountOf(operation: Operation, value: Json | undefined): Amount {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (typeof value === 'string' && wholeAmount.test(value)) return normal(BigInt(value))
  const problem = `has ${JSON.stringify(value)} where a whole number belongs, as decimal text beyond 2^53`
  throw new HistoryMistakeError('bank', operation, problem)
}

export function balancesOf(read: Operation): Readonly<Record<string, Json>> {
  const { output } = read
  if (isRecord(output)) return output
  throw new HistoryMistakeError('bank', read, `has an output that is not {account: balance, …}`)
}

export function transferOf(operation: Operation): Transfer {
  const { input } = operation
  if (isRecord(input)) {
    const { from, to, amount } = input
    if (isAccount(from) && isAccount(to)) return { from: `${from}`, to: `${to}`, amount: amountOf(operation, amount) }
  }
  throw new HistoryMistakeError('bank', operation, 'has an input that is not {from, to, amount}')
}

function isRecord(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isAccount(value: Json | undefined): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
