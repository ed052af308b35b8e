import { seededRandom } from '../statistics/seeded-random.ts'
import { checkNumber, pacerOf, round, timeInWords } from './pacer.ts'
import type { Pacer } from './pacer.ts'

/**
 * Arrivals that know nothing of each other, as those of many users: the gaps between them are exponential,
 * −ln(1 − u) / rate, with u from a seeded generator, so that the same seed gives the same arrivals.
 */
export function poisson({
  ratePerSecond,
  durationMs,
  seed,
}: {
  readonly ratePerSecond: number
  readonly durationMs: number
  readonly seed: number
}): Pacer {
  checkNumber('a rate', ratePerSecond)
  checkNumber('a duration', durationMs)
  const arrivals = (): (() => number) => {
    const random = seededRandom(seed)
    let atMs = 0
    return () => (atMs += (-Math.log(1 - random()) / ratePerSecond) * 1_000)
  }
  let planned = 0
  for (const next = arrivals(); next() < durationMs;) planned++
  checkNumber('the number of operations', planned)

  // They are asked for in order: none is kept, and whoever goes back makes them anew.
  let [next, reached, atMs] = [arrivals(), -1, 0]
  const dueMs = (operation: number): number => {
    if (operation < reached) [next, reached] = [arrivals(), -1]
    for (; reached < operation; reached++) atMs = next()
    return atMs
  }
  const words = `Poisson arrivals at ${round(ratePerSecond)}/s for ${timeInWords(durationMs)}`
  return pacerOf(durationMs, planned, dueMs, words)
}
