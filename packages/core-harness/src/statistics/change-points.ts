import { median } from './median.ts'
import { seededRandom } from './seeded-random.ts'

/** Where a series of values became another. */
export interface ChangePoint {
  /** The first value after the change. */
  readonly index: number
  /** Medians of the stretches before and after, up to the next change. */
  readonly before: number
  readonly after: number
  /** How often so clear a change appears where the order of the values means nothing. */
  readonly significance: number
}

/** So many values on each side of a change: fewer say too little about noise. */
export const LEAST_ON_EACH_SIDE = 10

/**
 * Finds where the distribution of values changes, by E-divisive (Matteson and James 2014, A Nonparametric Approach for
 * Multiple Change Point Analysis of Multivariate Data), with moment 1: the split that sets two stretches furthest apart in
 * energy distance is taken when random orders of the values give so good a split seldom enough; then each part is looked at
 * by itself. It assumes nothing about the noise but that it does not depend on the values before.
 *
 * @param values in their order
 * @param options.significance of one change, which is about the rate of false alarms of a series without any
 * @param options.seed the same seed gives the same answer
 */
export function changePoints(
  values: readonly number[],
  {
    least = LEAST_ON_EACH_SIDE,
    significance = 0.01,
    permutations = 199,
    seed = 1,
  }: {
    readonly least?: number
    readonly significance?: number
    readonly permutations?: number
    readonly seed?: number
  } = {},
): ChangePoint[] {
  const random = seededRandom(seed)
  const found: { index: number; significance: number }[] = []
  for (;;) {
    const bounds = [0, ...found.map(({ index }) => index).sort((a, b) => a - b), values.length]
    const parts = bounds.slice(1).map((end, part) => ({ begin: Number(bounds[part]), end }))
    const best = bestOf(parts, values, least)
    if (best === undefined) break
    let asGood = 1
    const order = [...values]
    for (let round = 0; round < permutations && asGood <= significance * (permutations + 1); round++) {
      for (const { begin, end } of parts) shuffle(order, begin, end, random)
      if (Number(bestOf(parts, order, least)?.distance) >= best.distance) asGood += 1
    }
    const chance = asGood / (permutations + 1)
    if (chance > significance) break
    found.push({ index: best.index, significance: chance })
  }
  return described(found, values)
}

interface Split {
  readonly index: number
  readonly distance: number
}

function bestOf(
  parts: readonly { readonly begin: number; readonly end: number }[],
  values: readonly number[],
  least: number,
): Split | undefined {
  let best: Split | undefined
  for (const { begin, end } of parts) {
    const split = bestSplit(values.slice(begin, end), least)
    if (split && (best === undefined || split.distance > best.distance))
      best = { index: begin + split.index, distance: split.distance }
  }
  return best
}

/** The split of largest distance between all before it and a stretch after it, which need not reach to the end. */
function bestSplit(values: readonly number[], least: number): Split | undefined {
  const size = values.length
  const sums = distanceSums(values)
  const within = (begin: number, end: number) => block(sums, size, begin, end, begin, end) / 2
  let best: Split | undefined
  for (let index = least; index <= size - least; index++) {
    const before = within(0, index)
    for (let end = index + least; end <= size; end++) {
      const after = end - index
      const between = block(sums, size, 0, index, index, end)
      const energy =
        (2 * between) / (index * after) -
        (2 * before) / (index * (index - 1)) -
        (2 * within(index, end)) / (after * (after - 1))
      const distance = ((index * after) / (index + after)) * energy
      if (best === undefined || distance > best.distance) best = { index, distance }
    }
  }
  return best
}

/** `sums[i * (size + 1) + j]`: of the distances between the first i and the first j values. */
function distanceSums(values: readonly number[]): Float64Array {
  const size = values.length
  const width = size + 1
  const sums = new Float64Array(width * width)
  for (let row = 1; row <= size; row++) {
    const value = values[row - 1] as number
    let inRow = 0
    for (let column = 1; column <= size; column++) {
      const difference = value - (values[column - 1] as number)
      inRow += difference < 0 ? -difference : difference
      sums[row * width + column] = (sums[(row - 1) * width + column] as number) + inRow
    }
  }
  return sums
}

function block(sums: Float64Array, size: number, top: number, bottom: number, left: number, right: number): number {
  const at = (row: number, column: number) => sums[row * (size + 1) + column] as number
  return at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left)
}

/** Fisher and Yates, in place. */
function shuffle(values: number[], begin: number, end: number, random: () => number): void {
  for (let last = end - 1; last > begin; last--) {
    const other = begin + Math.floor(random() * (last - begin + 1))
    ;[values[last], values[other]] = [values[other] as number, values[last] as number]
  }
}

function described(
  found: readonly { index: number; significance: number }[],
  values: readonly number[],
): ChangePoint[] {
  const sorted = found.toSorted((a, b) => a.index - b.index)
  return sorted.map(({ index, significance }, position) => ({
    index,
    before: median(values.slice(sorted[position - 1]?.index ?? 0, index)),
    after: median(values.slice(index, sorted[position + 1]?.index ?? values.length)),
    significance,
  }))
}
