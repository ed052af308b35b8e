/** How a figure varies from request to request. */
export type Distribution =
  | { readonly kind: 'constant'; readonly value: number }
  /** `sigma` is the standard deviation of the logarithm: 0.5 makes the 99th percentile 3.2 times the median. */
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number }

export function constant(value: number): Distribution {
  return { kind: 'constant', value }
}

/** @param text `200`, or `lognormal:200:0.5` (median, sigma); undefined for anything else */
export function parseDistribution(text: string): Distribution | undefined {
  const [, single] = /^(\d{1,9}(?:\.\d+)?)$/.exec(text) ?? []
  if (single !== undefined) return constant(Number(single))
  const [, median, sigma] = /^lognormal:(\d{1,9}(?:\.\d+)?):(\d(?:\.\d+)?)$/.exec(text) ?? []
  return median === undefined ? undefined : { kind: 'lognormal', median: Number(median), sigma: Number(sigma) }
}

/** Whether it never gives 0. */
export function isPositive(distribution: Distribution): boolean {
  return (distribution.kind === 'constant' ? distribution.value : distribution.median) > 0
}

/** @param random from 0 up to 1 */
export function draw(distribution: Distribution, random: () => number): number {
  if (distribution.kind === 'constant') return distribution.value
  // Box and Muller; 1 - random() is never 0.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return distribution.median * Math.exp(distribution.sigma * normal)
}
