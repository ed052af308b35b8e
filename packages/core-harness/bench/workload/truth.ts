/** How long the users of the timed service wait, calculated. */

export const FASTEST_MS = 20
export const SLOWEST_MS = 60

/** Of the answer with a number: the golden ratio spreads them more evenly than chance does. */
export function serviceTimeMs(number: number): number {
  return FASTEST_MS + (SLOWEST_MS - FASTEST_MS) * ((number * 0.618_033_988_749_895) % 1)
}

/**
 * The time within which a percentage of users are answered, at a constant rate, with one stall in which no answer is begun.
 *
 * With F the share of answers within x, and H its integral, the share of users that wait at most x is
 * ((D − S)·F(x) + H(x) − H(x − S)) / D: those outside of the stall, and those within it, who wait for its end too.
 */
export function truthMs(percentile: number, durationMs: number, stallMs: number): number {
  const spread = SLOWEST_MS - FASTEST_MS
  const share = (x: number): number => Math.min(1, Math.max(0, (x - FASTEST_MS) / spread))
  const integral = (x: number): number => {
    if (x <= FASTEST_MS) return 0
    return x <= SLOWEST_MS ? (x - FASTEST_MS) ** 2 / (2 * spread) : x - (FASTEST_MS + SLOWEST_MS) / 2
  }
  const waitAtMost = (x: number): number =>
    ((durationMs - stallMs) * share(x) + integral(x) - integral(x - stallMs)) / durationMs
  let [low, high] = [0, stallMs + SLOWEST_MS]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (waitAtMost(middle) < percentile / 100) low = middle
    else high = middle
  }
  return high
}
