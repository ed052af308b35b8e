/**
 * The probability that a standard normal value is at most `z`: by a series in the middle, and by a continued fraction far
 * out, where the series has no digits left (Abramowitz and Stegun, 26.2.11 and 26.2.14).
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return NaN
  const size = Math.abs(z)
  const density = Math.exp(-0.5 * size * size) / Math.sqrt(2 * Math.PI)
  if (size > 3) {
    let fraction = size
    for (let term = 60; term > 0; term--) fraction = size + term / fraction
    const tail = density / fraction
    return z < 0 ? tail : 1 - tail
  }
  let [sum, term] = [size, size]
  for (let odd = 3; term > sum * 1e-16; odd += 2) {
    term *= (size * size) / odd
    sum += term
  }
  return z < 0 ? 0.5 - density * sum : 0.5 + density * sum
}

/**
 * The value that a variable with Student's distribution keeps to with this probability.
 *
 * @param probability above 0.5 and below 1
 * @param freedom degrees of freedom, a whole number of at least 1
 */
export function studentQuantile(probability: number, freedom: number): number {
  const key = `${probability} ${freedom}`
  const known = KNOWN_QUANTILES.get(key)
  if (known !== undefined) return known
  const tail = 1 - probability
  let [low, high] = [0, 1]
  while (studentTail(high, freedom) > tail && high < 1e12) [low, high] = [high, high * 2]
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2
    if (studentTail(middle, freedom) > tail) low = middle
    else high = middle
  }
  const found = (low + high) / 2
  if (KNOWN_QUANTILES.size < MOST_KNOWN) KNOWN_QUANTILES.set(key, found)
  return found
}

/** A comparison asks for the same few quantiles again and again, and each takes a millisecond. */
const KNOWN_QUANTILES = new Map<string, number>()
const MOST_KNOWN = 10_000

/**
 * The probability of more than `t`, for t of at least 0. With t = sqrt(freedom) / tan(angle) Student's density becomes a
 * power of the sine, which is integrated from the far end, so that no digits are lost there.
 */
export function studentTail(t: number, freedom: number): number {
  const angle = Math.atan2(Math.sqrt(freedom), t)
  return sinePowerIntegral(freedom - 1, angle) / (2 * sinePowerIntegral(freedom - 1, Math.PI / 2))
}

/** By Simpson's rule, from 0 to `end`. */
function sinePowerIntegral(power: number, end: number): number {
  const steps = 200
  let sum = 0
  for (let step = 0; step <= steps; step++) {
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2
    sum += weight * Math.sin((end * step) / steps) ** power
  }
  return (sum * end) / steps / 3
}
