import { isDeepStrictEqual } from 'node:util'

import type { Json, Operation } from '../../../src/history/operation.ts'

type IsKnown = (operation: Operation) => boolean

/**
 * Whether some order of operations on one object explains them: tries them all, with a model of its own, and remembers nothing.
 * For a handful of operations.
 *
 * @param isKnown whether an operation of unknown end had the answer that it has, if it happened
 */
export function hasOrder(operations: readonly Operation[], model: string, isKnown: IsKnown = () => false): boolean {
  const states: Readonly<Record<string, Json>> = { 'fifo-queue': [], mutex: false }
  return explains(
    operations.filter(({ outcome }) => outcome !== 'fail'),
    states[model] ?? null,
    isKnown,
  )
}

function explains(left: readonly Operation[], state: Json, isKnown: IsKnown): boolean {
  const must = left.filter(({ outcome }) => outcome === 'ok')
  if (must.length === 0) return true
  return left.some((next) => {
    if (must.some((other) => other !== next && other.completedNs < next.invokedNs)) return false
    const after = apply(next, state, next.outcome === 'ok' || isKnown(next))
    return (
      after !== undefined &&
      explains(
        left.filter((other) => other !== next),
        after,
        isKnown,
      )
    )
  })
}

/** The state after an operation; undefined when it cannot have happened as it says. */
function apply({ f, input, output }: Operation, state: Json, isKnown: boolean): Json | undefined {
  const answered = (answer: Json, after: Json): Json | undefined =>
    isKnown && !isDeepStrictEqual(answer, output) ? undefined : after
  switch (f) {
    case 'read':
    case 'get':
      return answered(state, state)
    case 'write':
    case 'put':
      return input
    case 'delete':
      return output === null || !isKnown ? null : answered(state !== null, null)
    case 'cas': {
      const [expected = null, wanted = null] = input as readonly Json[]
      const isEqual = isDeepStrictEqual(state, expected)
      if (isKnown && isEqual === (output === false)) return undefined
      return isEqual ? wanted : state
    }
    case 'acquire':
      return state === false ? true : undefined
    case 'release':
      return state === true ? false : undefined
    case 'enqueue':
      return [...(state as readonly Json[]), input]
    case 'dequeue': {
      const [head = null, ...rest] = state as readonly Json[]
      return answered(head, rest)
    }
    default:
      throw new Error(`no model of ${f}`)
  }
}
