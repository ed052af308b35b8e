import type { Operation } from '../../../src/history/operation.ts'
import { stepsOf } from '../../../src/history/isolation/transaction.ts'
import type { Element, Key } from '../../../src/history/isolation/transaction.ts'

/**
 * Whether some order of the transactions explains all that they read: serializability by its definition, by trying all orders.
 *
 * @param realtime whether the order has to keep that one ended before another began
 */
export function isSerializable(operations: readonly Operation[], realtime = false): boolean {
  return serialize(operations, new Map())

  function serialize(left: readonly Operation[], lists: Lists): boolean {
    return (
      left.length === 0 ||
      left.some((next) => {
        const isEarlier = ({ completedNs }: Operation): boolean => completedNs < next.invokedNs
        if (realtime && left.some((other) => other !== next && isEarlier(other))) return false
        const after = run(next, lists)
        return (
          after !== undefined &&
          serialize(
            left.filter((other) => other !== next),
            after,
          )
        )
      })
    )
  }
}

/**
 * Whether the transactions can each have read a snapshot from their begin, and none committed an append to what another had
 * appended to since it began: snapshot isolation by its definition, by trying all orders of begins and commits.
 */
export function isSnapshotIsolated(operations: readonly Operation[]): boolean {
  return go(operations, [], new Map(), 0)

  function go(waiting: readonly Operation[], begun: readonly Begun[], lists: Lists, clock: number): boolean {
    if (waiting.length === 0 && begun.length === 0) return true
    const canBegin = waiting.some((next) => {
      // It has read what it read, or this is not where it began.
      if (run(next, lists) === undefined) return false
      const rest = waiting.filter((other) => other !== next)
      return go(rest, [...begun, { operation: next, conflicts: new Set() }], lists, clock + 1)
    })
    if (canBegin) return true
    return begun.some((next) => {
      const written = appendsOf(next.operation)
      if (written.some(([key]) => next.conflicts.has(key))) return false
      const after = new Map(lists)
      for (const [key, element] of written) after.set(key, [...(after.get(key) ?? []), element])
      const others = begun
        .filter((other) => other !== next)
        .map((other) => ({ ...other, conflicts: new Set([...other.conflicts, ...written.map(([key]) => key)]) }))
      return go(waiting, others, after, clock + 1)
    })
  }
}

interface Begun {
  readonly operation: Operation
  /** What others committed appends to since. */
  readonly conflicts: ReadonlySet<Key>
}

type Lists = ReadonlyMap<Key, readonly Element[]>

/** The lists after a transaction that runs alone; undefined when it would have read something else. */
function run(operation: Operation, lists: Lists): Lists | undefined {
  const after = new Map(lists)
  for (const [kind, key, value] of stepsOf(operation)) {
    const list = after.get(key) ?? []
    if (kind === 'append') after.set(key, [...list, value])
    else if (list.length !== (value ?? []).length || !list.every((one, place) => one === value?.[place]))
      return undefined
  }
  return after
}

function appendsOf(operation: Operation): (readonly [Key, Element])[] {
  return stepsOf(operation).flatMap(([kind, key, value]) => (kind === 'append' ? [[key, value] as const] : []))
}
