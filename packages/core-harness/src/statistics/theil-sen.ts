import { median } from './median.ts'

/** Half a million pairs: more take long, and tell no more. */
const MOST_POINTS = 1_000

/**
 * The slope of a line through points by Theil (1950) and Sen (1968): the median of the slopes between all pairs. Up to 29 %
 * of the points may be wild without moving it far. Of more than a thousand points it takes as many, evenly spread.
 *
 * @param points in any order; pairs with the same x say nothing and are left out
 * @returns y by x; 0 when no two points differ in x
 */
export function theilSenSlope(points: readonly (readonly [x: number, y: number])[]): number {
  const chosen = spread(points)
  const slopes = new Float64Array((chosen.length * (chosen.length - 1)) / 2)
  let count = 0
  for (const [index, [x, y]] of chosen.entries()) {
    for (let other = index + 1; other < chosen.length; other++) {
      const [otherX, otherY] = chosen[other] as readonly [number, number]
      if (otherX !== x) slopes[count++] = (otherY - y) / (otherX - x)
    }
  }
  return count === 0 ? 0 : median(slopes.subarray(0, count))
}

function spread<Point>(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points
  const step = (points.length - 1) / (MOST_POINTS - 1)
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * step)] as Point)
}
