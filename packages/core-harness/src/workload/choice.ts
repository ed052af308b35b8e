import { seededRandom } from '../statistics/seeded-random.ts'
import type { Operation } from './workload.ts'

/** A seed for one of the things that a workload draws: what it draws does not hang on what others drew. */
export function seedOf(seed: number, index: number, purpose: number): number {
  let mixed =
    (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b) ^ Math.imul(purpose + 1, 0xc2b2ae35)) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

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
