import { seedOf, seededRandom } from '../statistics/seeded-random.ts'
import type { Operation } from './workload.ts'

const CHOICE = 0
const OPERATION = 1
const THINKING = 2

/** Which operation comes at an index: a function of the seed and the index, by weights. */
export function chooser<State>(
  operations: readonly Operation<State>[],
  seed: number,
): (index: number) => Operation<State> {
  const [only] = operations
  if (operations.length === 1 && only) return () => only
  const bounds: number[] = []
  let total = 0
  for (const { weight = 1 } of operations) bounds.push((total += weight))
  return (index) => {
    const drawn = seededRandom(seedOf(seed, index, CHOICE))() * total
    const chosen = bounds.findIndex((bound) => drawn < bound)
    return operations[chosen] ?? (operations[operations.length - 1] as Operation<State>)
  }
}

/** The random numbers of the operation at an index. */
export function randomOf(seed: number, index: number): () => number {
  return seededRandom(seedOf(seed, index, OPERATION))
}

/** The random numbers of the think time after the operation at an index. */
export function thinkingOf(seed: number, index: number): () => number {
  return seededRandom(seedOf(seed, index, THINKING))
}
