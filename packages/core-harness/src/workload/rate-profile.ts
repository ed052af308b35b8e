import { checkNumber, pacerOf } from './pacer.ts'
import type { Pacer } from './pacer.ts'

/** A stretch of time over which the rate goes from one value to another in a straight line. */
export interface RateStretch {
  readonly fromPerSecond: number
  readonly toPerSecond: number
  readonly durationMs: number
}

/**
 * The pacer of a rate that is a straight line in each of several stretches. In a stretch that begins at a seconds with the
 * rate r₀ and whose rate grows by s in a second, this many operations are due until t seconds after its beginning:
 *
 *     N(t) = r₀·t + s·t²/2
 *
 * so that the operation k after those of earlier stretches is due at the root of N(t) = k, in the form that loses no digits
 * when s is small:
 *
 *     t = 2k / (r₀ + √(r₀² + 2·s·k))
 *
 * @throws HarnessError for a rate below zero, a stretch without length, or a profile without any operation
 */
export function rateProfile(stretches: readonly RateStretch[], words: string): Pacer {
  const starts: { readonly atMs: number; readonly count: number }[] = []
  let [atMs, count] = [0, 0]
  for (const { fromPerSecond, toPerSecond, durationMs } of stretches) {
    checkNumber('a rate', fromPerSecond, { atLeast: 0 })
    checkNumber('a rate', toPerSecond, { atLeast: 0 })
    checkNumber('a duration', durationMs)
    starts.push({ atMs, count })
    atMs += durationMs
    count += ((fromPerSecond + toPerSecond) / 2) * (durationMs / 1_000)
  }
  checkNumber('the number of operations', count)
  // 300/s for 10 s are 3,000, whatever the last digit of the sum says.
  const planned = Math.ceil(Number(count.toPrecision(12)))
  const dueMs = (operation: number): number => {
    let index = starts.length - 1
    while (index > 0 && (starts[index] as { count: number }).count > operation) index--
    const [start, stretch] = [starts[index], stretches[index]] as [(typeof starts)[number], RateStretch]
    return start.atMs + 1_000 * secondsUntil(operation - start.count, stretch)
  }
  return pacerOf(atMs, planned, dueMs, words)
}

/** The root of N(t) = count. */
function secondsUntil(count: number, { fromPerSecond, toPerSecond, durationMs }: RateStretch): number {
  if (count <= 0) return 0
  const slope = (toPerSecond - fromPerSecond) / (durationMs / 1_000)
  // A rounding error must not make the root of a falling rate imaginary at its very end.
  const discriminant = Math.max(0, fromPerSecond ** 2 + 2 * slope * count)
  return Math.min(durationMs / 1_000, (2 * count) / (fromPerSecond + Math.sqrt(discriminant)))
}
