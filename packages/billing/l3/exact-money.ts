import { seededRandom } from '@proving-ground/core-harness/statistics/seeded-random'
import { TIERS } from '../src/contract.ts'
import type { Price, UsageEvent } from '../src/contract.ts'

/** A number as it is, with no regard to how a computer would keep it. The denominator is positive. */
export interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

const ZERO: Rational = { numerator: 0n, denominator: 1n }
const TOKENS_OF_A_PRICE = 1_000_000n

export function sum(numbers: readonly Rational[]): Rational {
  return numbers.reduce(
    (total, { numerator, denominator }) => ({
      numerator: total.numerator * denominator + numerator * total.denominator,
      denominator: total.denominator * denominator,
    }),
    ZERO,
  )
}

/** The nearest whole number; the even one of two that are equally near. */
export function nearest({ numerator, denominator }: Rational): bigint {
  const floor = (numerator - (((numerator % denominator) + denominator) % denominator)) / denominator
  const above = 2n * (numerator - floor * denominator)
  if (above === denominator) return floor % 2n === 0n ? floor : floor + 1n
  return above > denominator ? floor + 1n : floor
}

/** What is used beyond the included tokens of a month, in minor units: of all of it at once. */
function owed(price: Price, promptTokens: bigint, completionTokens: bigint): Rational {
  const beyond = (used: bigint, included: number): bigint => (used > BigInt(included) ? used - BigInt(included) : 0n)
  return {
    numerator:
      beyond(promptTokens, price.includedPromptTokens) * BigInt(price.promptMinorPerMillion) +
      beyond(completionTokens, price.includedCompletionTokens) * BigInt(price.completionMinorPerMillion),
    denominator: TOKENS_OF_A_PRICE,
  }
}

/** What a month's events of one model in one tier cost together, in minor units. */
export function costOf(price: Price, events: readonly UsageEvent[]): Rational {
  const total = (tokens: (event: UsageEvent) => number): bigint =>
    events.reduce((all, event) => all + BigInt(tokens(event)), 0n)
  return owed(
    price,
    total((event) => event.promptTokens),
    total((event) => event.completionTokens),
  )
}

export function inMicros({ numerator, denominator }: Rational): bigint {
  const micros = numerator * 1_000_000n
  if (micros % denominator !== 0n) throw new Error(`${numerator}/${denominator} is no whole number of micros`)
  return micros / denominator
}

/** Prices of several models in all tiers: nothing, something odd, and so much that sums leave what a double holds. */
export function randomPrices(seed: number, models: number): readonly Price[] {
  const random = seededRandom(seed)
  const among = (...choices: readonly number[]): number => choices[Math.floor(random() * choices.length)]!
  return Array.from({ length: models }, (_, model) => `model ${model}`).flatMap((model) =>
    TIERS.map((tier) => ({
      model,
      tier,
      promptMinorPerMillion: among(0, 1, 7, 333, 99_991, 9_999_991),
      completionMinorPerMillion: among(1, 3, 1_001, 65_537, 8_888_887),
      includedPromptTokens: among(0, 0, 1, 999, 150_000),
      includedCompletionTokens: among(0, 0, 13, 40_000),
    })),
  )
}

/** How many tokens: none, few, many, and about as many as a call may have. */
export function randomTokens(random: () => number): number {
  const most = [1, 10, 1_000, 100_000, 1_000_000_000][Math.floor(random() * 5)]!
  return Math.floor(random() * most)
}
