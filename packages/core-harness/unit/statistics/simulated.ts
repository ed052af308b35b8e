import { seededRandom } from '../../src/statistics/seeded-random.ts'

/** Standard normal values by Box and Muller. */
export function normalValues(seed: number, count: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
}
