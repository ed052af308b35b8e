/** The middle of the sorted values, or the mean of the two in the middle; NaN when there are none. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  if (sorted.length === 0) return NaN
  if (sorted.length % 2 === 1) return Number(sorted[middle])
  return (Number(sorted[middle - 1]) + Number(sorted[middle])) / 2
}
