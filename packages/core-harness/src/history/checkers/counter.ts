import { z } from 'zod'

import { Evidence, resultOf } from '../evidence.ts'
import { moments } from '../moments.ts'
import type { Operation } from '../operation.ts'
import { HistoryMistakeError, unknownFunction } from './checker.ts'
import type { Checker } from './checker.ts'

const options = z.strictObject({
  /** What the counter held before the history. */
  initial: z
    .union([z.number(), z.string().regex(/\d/).transform(Number)])
    .pipe(z.int())
    .default(0),
})

interface Read {
  readonly operation: Operation
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * Judges a counter that is added to and read: a read holds every addition that was acknowledged before it began, and none that
 * was not attempted before it ended. As the checker `counter` of Jepsen, but that amounts may be negative: those move the other
 * bound.
 */
export const counter: Checker<z.output<typeof options>> = {
  name: 'counter',
  judges: 'Each read of a counter lies between what was acknowledged before it and what was attempted until its end',
  functions: { add: 'the amount, a whole number, also negative', read: 'null, at ok what the counter holds' },
  options,
  check(operations, { initial }) {
    const reads = boundedReads(operations, initial)
    const evidence = new Evidence<'too-low' | 'too-high'>({ 'too-low': true, 'too-high': true })
    let widestBounds = 0
    for (const read of reads) {
      const { operation, value, low, high } = read
      widestBounds = Math.max(widestBounds, high - low)
      if (value >= low && value <= high) continue
      const isLow = value < low
      evidence.add(isLow ? 'too-low' : 'too-high', {
        operations: [operation],
        explain: () => (isLow ? tooLow(read) : tooHigh(read)),
        badness: isLow ? low - value : value - high,
      })
    }
    const adds = operations.filter(({ f }) => f === 'add').length
    const counts = { adds, reads: reads.length, widestBounds }
    const why = reads.length > 0 ? undefined : 'no read was answered: read the counter while it is added to'
    // Every addition has a part in a bound.
    return resultOf('counter', evidence, counts, { why, isWhole: false })
  },
}

/** Sums of amounts up to each time, of those that may and those that must count. */
class Sums {
  readonly #times: number[] = []
  readonly #sums: number[] = [0]

  constructor(amounts: readonly (readonly [timeNs: number, amount: number])[]) {
    for (const [timeNs, amount] of [...amounts].sort(([a], [b]) => a - b)) {
      this.#times.push(timeNs)
      this.#sums.push((this.#sums.at(-1) ?? 0) + amount)
    }
  }

  before(timeNs: number): number {
    return this.#sums[this.#firstFrom(timeNs)] ?? 0
  }

  /** The first place whose time is not before this one. */
  #firstFrom(timeNs: number): number {
    let [from, to] = [0, this.#times.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      if ((this.#times[middle] ?? Infinity) < timeNs) from = middle + 1
      else to = middle
    }
    return from
  }
}

function boundedReads(operations: readonly Operation[], initial: number): Read[] {
  const attempted: Record<'up' | 'down', [number, number][]> = { up: [], down: [] }
  const acknowledged: Record<'up' | 'down', [number, number][]> = { up: [], down: [] }
  for (const operation of operations) {
    const { f, input, outcome, invokedNs, completedNs } = operation
    if (f === 'read') continue
    if (f !== 'add') throw unknownFunction(counter, operation)
    const amount = wholeNumber(operation, input)
    if (outcome === 'fail') continue
    const direction = amount < 0 ? 'down' : 'up'
    attempted[direction].push([invokedNs, amount])
    if (outcome === 'ok') acknowledged[direction].push([completedNs, amount])
  }
  const [mayUp, mayDown] = [new Sums(attempted.up), new Sums(attempted.down)]
  const [mustUp, mustDown] = [new Sums(acknowledged.up), new Sums(acknowledged.down)]
  return operations
    .filter(({ f, outcome }) => f === 'read' && outcome === 'ok')
    .map((operation) => {
      const { invokedNs, completedNs, output } = operation
      // An addition that began in the very nanosecond in which the read ended may be in it.
      const end = completedNs + 1
      return {
        operation,
        value: wholeNumber(operation, output),
        low: initial + mustUp.before(invokedNs) + mayDown.before(end),
        high: initial + mayUp.before(end) + mustDown.before(invokedNs),
      }
    })
}

function wholeNumber(operation: Operation, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new HistoryMistakeError('counter', operation, `has a value that is no whole number: ${JSON.stringify(value)}`)
}

function tooLow({ operation, value, low }: Read): string {
  const [began, ended] = moments(operation.invokedNs, operation.completedNs)
  return `read ${value} at ${ended}, but what was acknowledged before it began at ${began} leaves at least ${low}`
}

function tooHigh({ operation, value, high }: Read): string {
  const [ended] = moments(operation.completedNs)
  return `read ${value} at ${ended}, but what was attempted until then makes at most ${high}`
}
