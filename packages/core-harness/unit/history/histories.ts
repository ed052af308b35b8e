import fc from 'fast-check'

import type { FaultMark, Json, Operation } from '../../src/history/operation.ts'

const whole = fc.integer({ min: -5, max: 20 })

/** What a register does: each value with what an ok finds. */
const registerCall = fc.oneof(
  whole.map((value) => ({ f: 'write', input: value as Json, output: null as Json })),
  fc.option(whole).map((value) => ({ f: 'read', input: null, output: value })),
  fc.tuple(whole, whole).map((pair) => ({ f: 'cas', input: pair, output: null })),
)

const element = fc.oneof(whole, fc.string({ unit: 'binary', maxLength: 5 }))
const step = fc.oneof(
  fc.tuple(element, whole).map(([key, value]) => ({ asked: ['append', key, value], found: ['append', key, value] })),
  fc
    .tuple(element, fc.array(whole, { maxLength: 4 }))
    .map(([key, list]) => ({ asked: ['r', key, null], found: ['r', key, list] })),
)
const transactionCall = fc.array(step, { maxLength: 4 }).map((steps) => ({
  f: 'txn',
  input: steps.map(({ asked }) => asked),
  output: steps.map(({ found }) => found),
}))

export const registers = registerCall
export const transactions = transactionCall

export interface Call {
  readonly f: string
  readonly input: Json
  readonly output: Json
}

/**
 * Histories of a few processes that overlap at random, with an event at each time, and ends of every kind. Indexes are places of
 * events, as a reader gives them.
 */
export function historiesOf(
  call: fc.Arbitrary<Call>,
  key: fc.Arbitrary<string | number | undefined>,
): fc.Arbitrary<Operation[]> {
  const choice = fc.record({
    process: fc.nat(3),
    call,
    key,
    outcome: fc.constantFrom('ok', 'ok', 'ok', 'fail', 'info', 'open'),
    error: fc.option(fc.string({ unit: 'binary', maxLength: 6 }), { nil: undefined }),
    gapNs: fc.integer({ min: 1, max: 1e9 }),
  })
  return fc.array(choice, { maxLength: 30 }).map((choices) => {
    const open = new Map<number, { operation: Operation; end: () => void }>()
    const operations: Operation[] = []
    let [timeNs, index, next] = [0, 0, 4]
    const processes = [0, 1, 2, 3]
    for (const { process: slot, call: made, key: of, outcome, error, gapNs } of choices) {
      timeNs += gapNs
      const process = processes[slot] as number
      const busy = open.get(process)
      if (busy) {
        open.delete(process)
        busy.end()
        if (busy.operation.outcome === 'info') processes[slot] = next++
        continue
      }
      const operation: { -readonly [Field in keyof Operation]: Operation[Field] } = {
        index: index++,
        process,
        f: made.f,
        ...(of !== undefined && { key: of }),
        input: made.input,
        output: null,
        outcome: 'info',
        invokedNs: timeNs,
        completedNs: Infinity,
      }
      operations.push(operation)
      if (outcome === 'open') {
        processes[slot] = next++
        continue
      }
      open.set(process, {
        operation,
        end() {
          index++
          operation.outcome = outcome
          operation.completedNs = timeNs
          if (outcome === 'ok') operation.output = made.output
          else if (error !== undefined) operation.error = error
        },
      })
    }
    return operations
  })
}

export const faultMarks: fc.Arbitrary<FaultMark[]> = fc
  .uniqueArray(
    fc.record({
      kind: fc.constantFrom('pause', 'cut', 'kill', 'slow network'),
      target: fc.constantFrom('redis', 'n1', 'all'),
      fromNs: fc.nat(1e9),
      lastsNs: fc.integer({ min: 1, max: 1e9 }),
    }),
    // One of a kind at a time: Jepsen's notation has no more.
    { selector: ({ kind }) => kind, maxLength: 3 },
  )
  .map((marks) =>
    marks.map(({ lastsNs, ...mark }) => ({ ...mark, toNs: mark.fromNs + lastsNs })).sort((a, b) => a.fromNs - b.fromNs),
  )
